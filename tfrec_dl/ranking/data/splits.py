"""Splits of impressions into training, validation and test, list by list."""

import hashlib
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.splits.split import check_shares
from tfrec_dl.errors import InputError
from tfrec_dl.ranking.data.clocks import on_one_clock
from tfrec_dl.ranking.data.feedback import CLICK
from tfrec_dl.ranking.data.impressions import Impressions
from tfrec_dl.ranking.data.list_values import PARTS


@dataclass(frozen=True, eq=False)
class ImpressionSplit:
    """Training, validation and test rows of one table; each list belongs to one part as a whole.

    Attributes:
        impressions: table of impressions.
        train: [a] int64 rows to train on, in table order.
        validation: [b] int64 rows to choose settings on.
        test: [c] int64 rows to measure on.
        in_time: whether, for each user, validation comes after training, and test after validation. If so, a history
            holds what the user did before the list, in any part, as in serving. If not, it holds what else the user did
            in training.
        interactions: content of the histories, if that is more than the clicks in the table; None for the clicks.
    """

    impressions: Impressions
    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    in_time: bool
    interactions: Interactions | None = None

    def fingerprint(self) -> str:
        """SHA-256 of the impressions, and of the interactions of the histories if there are any, in hexadecimal."""
        if self.interactions is None:
            return self.impressions.fingerprint()
        both = self.impressions.fingerprint() + self.interactions.fingerprint()
        return hashlib.sha256(both.encode()).hexdigest()

    def with_history(self, interactions: Interactions) -> "ImpressionSplit":
        """Returns the same split with histories made of interactions, whose times have the unit of the impressions.

        Raises:
            InputError: as in `on_one_clock`, or if the parts are not in chronological order.
        """
        impressions, interactions = on_one_clock(self.impressions, interactions)
        if not self.in_time:
            raise InputError(
                "histories of other interactions need a split in time, but the parts of this one overlap in time"
            )
        further = interactions.item_ids[~pd.Index(interactions.item_ids).isin(impressions.item_ids)]
        ids = np.concatenate([impressions.item_ids, further])
        return replace(self, impressions=replace(impressions, item_ids=ids), interactions=interactions)


def split_in_time(impressions: Impressions, validation_share: float = 0.1, test_share: float = 0.2) -> ImpressionSplit:
    """Tests on the last lists in time, and validates on those before them.

    Lists with the same time stay together, in the earlier part.

    Args:
        impressions: the impressions; if they have no times, table order is chronological order.
        validation_share: share of the lists for validation, between 0 and 1.
        test_share: share of the lists for testing, between 0 and 1.

    Raises:
        InputError: if the shares leave nothing, ties leave a part empty, or a part has only clicks or none.
    """
    check_shares(validation_share, test_share)
    first = first_rows(impressions.lists)
    times = first if impressions.times is None else impressions.times[first]
    count = len(first)
    tested, validated = max(1, round(count * test_share)), max(1, round(count * validation_share))
    if count <= tested + validated:
        raise InputError(f"{count} lists are too few for a split in time: it needs at least 3")
    ordered = np.sort(times)
    cuts = ordered[[count - tested - validated - 1, count - tested - 1]]
    return _split(impressions, np.searchsorted(cuts, times, side="left"), in_time=True)


def split_at_random(
    impressions: Impressions, validation_share: float = 0.05, test_share: float = 0.1, seed: int = 0
) -> ImpressionSplit:
    """Samples lists for test and validation, as papers on ratings do. Training then includes later events.

    Args:
        impressions: the impressions.
        validation_share: share of the lists for validation, between 0 and 1.
        test_share: share of the lists for testing, between 0 and 1. For a given seed, the test lists do not depend on
            `validation_share`.
        seed: seed of the sample.

    Raises:
        InputError: if the shares leave nothing, or a part has only clicks or none.
    """
    check_shares(validation_share, test_share)
    count = int(impressions.lists.max()) + 1
    tested, validated = max(1, round(count * test_share)), max(1, round(count * validation_share))
    if count <= tested + validated:
        raise InputError(f"{count} lists are too few for a split at random: it needs at least 3")
    part = np.zeros(count, dtype=np.int64)
    order = np.random.default_rng(seed).permutation(count)
    part[order[:tested]] = 2
    part[order[tested : tested + validated]] = 1
    return _split(impressions, part, in_time=False)


def split_as_given(impressions: Impressions) -> ImpressionSplit:
    """Returns the parts that the table itself defines.

    The split counts as chronological if no user has a list before one of an earlier part. Otherwise, histories up to a
    list would leak test data into training.

    Raises:
        InputError: if the table defines no parts, or a part is empty.
    """
    if impressions.parts is None:
        raise InputError("no column is named that holds the part of each impression: name it")
    first = first_rows(impressions.lists)
    users, parts = impressions.users[first], impressions.parts[first]
    times = np.arange(len(first)) if impressions.times is None else impressions.times[first]
    order = np.lexsort((parts, times, users))
    goes_back = (np.diff(parts[order]) < 0) & (np.diff(users[order]) == 0)
    return _split(impressions, parts, in_time=not goes_back.any())


def first_rows(lists: np.ndarray) -> np.ndarray:
    """Returns [lists] int64: the first row of each list; lists are numbered in the order of first appearance."""
    return np.unique(lists, return_index=True)[1]


def _split(impressions: Impressions, part_of_list: np.ndarray, in_time: bool) -> ImpressionSplit:
    part = part_of_list[impressions.lists]
    train, validation, test = (np.flatnonzero(part == wanted) for wanted in range(3))
    for name, rows in zip(PARTS, (train, validation, test), strict=True):
        if not len(rows):
            raise InputError(
                f"the {name} part is empty: too many lists share a time; give finer times, choose another split, or "
                "name the parts in a column"
            )
        clicks = impressions.labels.get(CLICK)
        if clicks is not None and clicks[rows].min() == clicks[rows].max():
            raise InputError(
                f"every click of the {name} part is {clicks[rows[0]]:g}: choose another split, or name the parts in a "
                "column"
            )
    return ImpressionSplit(impressions, train, validation, test, in_time)
