"""Reasons for a recommendation: the items of the history whose absence lowers its score the most."""

from __future__ import annotations

import numpy as np

from tfrec_dl.data.histories import Histories
from tfrec_dl.evaluation.scorer import Scorer

LONGEST = 50  # number of last items of a history that are left out in turn


def reasons(scorer: Scorer, history: Histories, items: np.ndarray, count: int = 2) -> list[list[int]]:
    """Finds the items of a user's history that contribute most to each recommended item.

    The history is scored again without each of its last items, as in `explain` of an export.

    Args:
        scorer: scorer of the catalogue.
        history: history of one user, one row.
        items: [N] int recommended items.
        count: largest number of reasons per item.

    Returns:
        For each recommended item, items of the history, the most important first, without those whose absence costs
        nothing.
    """
    past = history.row(0)
    places = np.arange(max(0, len(past) - LONGEST), len(past))
    if len(places) < 2:
        return [[int(item) for item in past[:1]] for _ in items]
    rows = [past, *(np.delete(past, place) for place in places)]
    offsets = np.cumsum([0, *map(len, rows)]).astype(np.int64)
    users = np.repeat(history.user_ids, len(rows))
    without = Histories(np.concatenate(rows), offsets, users).numbered_by(history.vocabulary)
    scores = scorer.scores(without)[:, items]
    lost = scores[0] - scores[1:]
    found = []
    for column in lost.T:
        best = np.argsort(-column, kind="stable")[:count]
        found.append([int(past[places[place]]) for place in best if column[place] > 0.0])
    return found
