"""Pauses of the test users before their first target."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from tfrec_dl.data.tables.times import IN_A_SECOND

IN_ORDER = ("leave-last-out", "temporal")  # splits whose test part is the end of each history
UNIX = ((1e8, 1e11, 1.0), (1e11, 1e14, 1e3))  # numbers that can only be times since 1970: in seconds, in milliseconds


def pauses(dataset: Any) -> np.ndarray | None:
    """Computes the seconds between each test user's first target and the interaction before it.

    Args:
        dataset: an `InteractionDataset` or a `PreparedDataset`.

    Returns:
        [H] float64, NaN for new users; None if the table is not in memory, has no times of the clock, or the test part
        is not the end of each history.
    """
    if not dataset.source.in_memory or dataset.source.split not in IN_ORDER:
        return None
    table, test = dataset.interactions, dataset.split.test
    if table.times is None:
        return None
    a_second = _in_a_second(table)
    if a_second is None:
        return None
    times = table.times[table.order]
    counts = np.bincount(table.users, minlength=len(table.user_ids))
    ends = np.cumsum(counts)
    users = pd.Index(table.user_ids).get_indexer(test.histories.user_ids)
    first = ends[users] - test.targets.lengths
    has_past = first > ends[users] - counts[users]
    before = np.where(has_past, first - 1, first)
    return np.where(has_past, (times[first] - times[before]) / a_second, np.nan)


def _in_a_second(table: Any) -> float | None:
    """Returns the number of units of the table's times per second; None if they may not be times of the clock."""
    if table.time_unit is not None:
        return float(IN_A_SECOND[table.time_unit])
    earliest, latest = float(table.times.min()), float(table.times.max())
    return next((unit for low, high, unit in UNIX if low <= earliest and latest < high), None)
