"""Explanations of scores: how much each item of a history contributes to an item."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tfrec_dl.serving.index import LOWEST_SCORE


@dataclass(frozen=True)
class Explanation:
    """Why an item has its score after a history.

    Attributes:
        item_id: explained item.
        score: its score after the history, whether or not it would be recommended.
        because: history items with what the score loses without each, largest first. Negative values speak against the
            item; items with no effect are left out.
        in_common: up to five categories, such as "genres=War", that the item shares with history items, with the total
            contribution of these items, largest first; empty for exports without attributes.
    """

    item_id: str
    score: float
    because: tuple[tuple[str, float], ...]
    in_common: tuple[tuple[str, float], ...] = ()


def explanations(history: Sequence[str], items: Sequence[str], answer: Mapping[str, np.ndarray]) -> list[Explanation]:
    """Returns the explanations in an answer of the signature `explain`; items unknown to the export are left out.

    Args:
        history: ids of one history.
        items: ids of n items.
        answer: "scores" [N] float32, N at least n; "contributions" [N, L] float32, L at least the history's length; and
            "in_common" [N, V] bytes and "in_common_contributions" [N, V] float32, which older exports lack.
    """
    found = []
    for number, item in enumerate(items):
        score, row = float(answer["scores"][number]), answer["contributions"][number]
        if score != LOWEST_SCORE:
            places = np.argsort(-row[: len(history)], kind="stable")
            because = tuple((history[place], float(row[place])) for place in places if row[place])
            found.append(Explanation(item, score, because, _in_common(answer, number)))
    return found


def _in_common(answer: Mapping[str, np.ndarray], number: int) -> tuple[tuple[str, float], ...]:
    """Returns the attribute values that one item shares with the history."""
    if "in_common" not in answer:
        return ()
    rows = zip(answer["in_common"][number], answer["in_common_contributions"][number].tolist(), strict=True)
    return tuple((text.decode(), value) for text, value in rows if text)
