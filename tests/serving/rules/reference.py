"""Recommendations by rules, one item at a time in plain NumPy."""

from typing import Any

import numpy as np

from tests.serving.rules.world import COUNTS, DEVIATION, IDS, SCORES, SIZE, VECTORS, fulfils, holds, values_of

Case = dict[str, Any]


def recommended(case: Case, k_max: int, pool: int, keep_seen: bool = False) -> list[tuple[str, float]]:
    """The list of a request: pairs (id, score)."""
    history = [IDS.index(item) for item in case["history"] if item in IDS]
    scores = (SCORES[history[-1]] if history else COUNTS).copy()
    for condition, weight in zip(case["boost"], case["boost_weights"], strict=True):
        if condition:
            scores += [DEVIATION * weight * holds(condition, item) for item in range(SIZE)]
    kept = {"yes": True, "no": False, "": keep_seen}[case["keep_seen"]]
    only, must, must_not = ([text for text in case[name] if text] for name in ("only", "must", "must_not"))
    left = [
        item
        for item in np.argsort(-scores, kind="stable")
        if (kept or item not in history)
        and IDS[item] not in case["exclude"]
        and (not only or IDS[item] in only)
        and fulfils(must, must_not, item)
        and not scores[item] < case["min_score"]
    ]
    limits = [(text.rpartition("=")[0], int(text.rpartition("=")[2])) for text in case["at_most"] if text]
    k = case["k"] or k_max

    chosen: list[int] = []

    def fits(item: int) -> bool:
        return all(
            sum(value in values_of(name, other) for other in chosen) < number
            for name, number in limits
            for value in values_of(name, item)
        )

    pinned = {}
    pins = [(int(place), item) for item, _, place in (text.rpartition("@") for text in case["pin"] if text)]
    for place, item in sorted(pins):
        if item in IDS and IDS.index(item) in left and fits(IDS.index(item)):
            pinned[place] = IDS.index(item)
            chosen.append(pinned[place])
    left = [item for item in left if item not in chosen]
    others: list[int] = []
    diversity = np.float32(0 if np.isnan(case["diversity"]) else case["diversity"])
    while left and len(chosen) < k:
        candidates, left = left[:pool], left[pool:]
        own = scores[candidates]
        spread = own.max() - own.min()
        relevance = dict(zip(candidates, (own - own.min()) / spread if spread else 0 * own, strict=True))
        while len(chosen) < k and (free := [item for item in candidates if item not in chosen and fits(item)]):
            merits = [
                (np.float32(1) - diversity) * relevance[item]
                - diversity * max([np.float32(-1), *(VECTORS[item] @ VECTORS[other] for other in chosen)])
                for item in free
            ]
            best = free[int(np.argmax(merits))]
            chosen.append(best)
            others.append(best)
        left = [item for item in left if fits(item)]
    found = []
    while pinned or others:
        place = len(found) + 1
        if place in pinned:
            found.append(pinned.pop(place))
        elif others:
            found.append(others.pop(0))
        else:
            found.append(pinned.pop(min(pinned)))
    return [(IDS[item], float(scores[item])) for item in found]
