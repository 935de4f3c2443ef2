"""Random requests with rules."""

from collections.abc import Collection
from typing import Any

import numpy as np

from tests.serving.rules.world import GENRES, IDS, K_MAX

CONDITIONS = (*(f"genres={genre}" for genre in GENRES), "genres=nothing", "year>=1992", "year<1994", "year>1991")
CONDITIONS += ("year<=1993", "year=1992", "year=1994", "year!=1992", "genres!=War", "")
RULES = ("exclude", "only", "must", "must_not", "boost", "diversity", "at_most", "pin", "keep_seen", "min_score", "k")
WIDTHS = {"history": 5, "exclude": 6, "only": 12, "must": 3, "must_not": 2, "boost": 3, "at_most": 2, "pin": 3}


def random_case(draw: np.random.Generator, rules: Collection[str]) -> dict[str, Any]:
    """A request with some of the rules."""

    def ids(name: str) -> list[str]:
        return list(draw.choice(np.array([*IDS, "nobody", ""], object), draw.integers(0, WIDTHS[name] + 1)))

    k = int(draw.integers(1, K_MAX + 1)) if "k" in rules else 0
    places = draw.permutation(k or K_MAX)[: WIDTHS["pin"]] + 1
    pinned = draw.choice(np.array([*IDS, "nobody"], object), len(places), replace=False)
    drawn = {
        "exclude": ids("exclude"),
        "only": ids("only"),
        "must": list(draw.choice(CONDITIONS, draw.integers(0, WIDTHS["must"] + 1))),
        "must_not": list(draw.choice(CONDITIONS, draw.integers(0, WIDTHS["must_not"] + 1))),
        "boost": list(draw.choice(CONDITIONS, WIDTHS["boost"])),
        "diversity": draw.choice([np.nan, 0, 0.25, 0.5, 0.75, 1]),
        "at_most": [f"genres={draw.integers(1, 4)}", f"year={draw.integers(1, 3)}"][:: draw.choice([1, -1])],
        "pin": [f"{item}@{place}" for item, place in zip(pinned, places, strict=True)],
        "keep_seen": str(draw.choice(["", "yes", "no"])),
        "min_score": draw.choice([np.nan, -2, 0, 1.5]),
        "k": k,
    }
    nothing = {name: [] for name in WIDTHS} | {"diversity": 0, "keep_seen": "", "min_score": np.nan, "k": 0}
    case = nothing | {"history": ids("history")} | {name: drawn[name] for name in rules}
    weights = draw.integers(-8, 9, len(case["boost"])) / 4
    return case | {
        "boost_weights": [
            float(weight) if text else np.nan for text, weight in zip(case["boost"], weights, strict=True)
        ]
    }


def arrays_of(cases: list[dict[str, Any]]) -> dict[str, np.ndarray]:
    """The inputs of a batch."""
    found = {name: np.full((len(cases), width), "", object) for name, width in WIDTHS.items()}
    found["boost_weights"] = np.full((len(cases), WIDTHS["boost"]), np.nan, np.float32)
    for row, case in enumerate(cases):
        for name, values in found.items():
            values[row, : len(case[name])] = case[name]
    found["keep_seen"] = np.array([case["keep_seen"] for case in cases], object)
    for name, dtype in (("diversity", np.float32), ("min_score", np.float32), ("k", np.int32)):
        found[name] = np.array([case[name] for case in cases], dtype)
    return found
