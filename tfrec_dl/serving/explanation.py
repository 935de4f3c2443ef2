"""Explanations of scores: what of a history speaks for an item."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tfrec_dl.serving.index import LOWEST_SCORE


@dataclass(frozen=True)
class Explanation:
    """Why an item has its score after a history.

    Attributes:
        item_id: the item.
        score: its score after the history, whether or not it would be recommended.
        because: items of the history with what the score loses without each, the largest first. Negative ones speak
            against the item; those that change nothing are left out.
    """

    item_id: str
    score: float
    because: tuple[tuple[str, float], ...]


def explanations(
    history: Sequence[str], items: Sequence[str], scores: np.ndarray, contributions: np.ndarray
) -> list[Explanation]:
    """Explanations from an answer of the signature `explain`; items that the export does not know are left out.

    Args:
        history: ids of one history.
        items: ids of the items, as many as there are scores.
        scores: [N] float32.
        contributions: [N, L] float32, L at least the history's length.
    """
    found = []
    for item, score, row in zip(items, scores.tolist(), contributions, strict=True):
        if score != LOWEST_SCORE:
            places = np.argsort(-row[: len(history)], kind="stable")
            because = tuple((history[place], float(row[place])) for place in places if row[place])
            found.append(Explanation(item, score, because))
    return found
