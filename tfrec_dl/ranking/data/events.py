"""Histories that rankers read: what users did with the items shown to them, in chronological order."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from tfrec_dl.data.tables.times import TimeUnit, elapsed
from tfrec_dl.ranking.data.feedback import CLICK, CONVERSION, RATING
from tfrec_dl.ranking.data.splits import ImpressionSplit, first_rows

MOST_LEVELS = 20


@dataclass(frozen=True)
class Levels:
    """How much a past item was liked, as a small number from 1; 0 is padding.

    For clicks, 2 is a converted click and 1 any other click. Ratings are used as levels unchanged if there are at most
    20 different ones, and otherwise by their 20 quantiles.

    Attributes:
        limits: ascending; the level of a rating is the number of limits that it reaches, at least 1. Empty for clicks.
    """

    limits: tuple[float, ...] = ()

    @classmethod
    def of(cls, ratings: np.ndarray | None) -> "Levels":
        """Learns the levels from training ratings [n] float32, or for clicks if there are none."""
        if ratings is None:
            return cls()
        distinct = np.unique(ratings)
        if len(distinct) > MOST_LEVELS:
            distinct = np.unique(np.quantile(ratings, np.arange(MOST_LEVELS) / MOST_LEVELS))
        return cls(tuple(float(limit) for limit in distinct))

    @property
    def size(self) -> int:
        """Number of levels, including padding."""
        return 1 + (len(self.limits) or 2)

    @property
    def unknown(self) -> int:
        """The level of a past item without a known label: for ratings, the middle one."""
        return 1 + len(self.limits) // 2

    def encode(self, labels: dict[str, np.ndarray]) -> np.ndarray:
        """Returns [n] int32 levels of rows with these labels."""
        if self.limits:
            found = np.searchsorted(np.array(self.limits, np.float32), labels[RATING], side="right")
            return np.maximum(found, 1).astype(np.int32)
        clicks = labels[CLICK]
        return (1 + labels.get(CONVERSION, np.zeros_like(clicks))).astype(np.int32)


@dataclass(frozen=True, eq=False)
class Events:
    """What users did, grouped by user, in chronological order.

    Attributes:
        items: [E] int32 codes into the item ids of the impressions.
        levels: [E] int32, from 1.
        rows: [E] int64, impression of each event; -1 if it is not an impression.
        times: [E] in the unit of the impressions' times, or None.
        time_unit: unit of the impressions' times.
        begin: [lists] int64, first event of each list's user.
        end: [lists] int64, end of each list's history.
        own: [lists, 2] int64, begin and end of the list's own events within it, which are skipped.
    """

    items: np.ndarray
    levels: np.ndarray
    rows: np.ndarray
    times: np.ndarray | None
    time_unit: TimeUnit | None
    begin: np.ndarray
    end: np.ndarray
    own: np.ndarray

    @classmethod
    def of(cls, split: ImpressionSplit, levels: Levels) -> "Events":
        """Collects the events of a split's lists: its interactions if there are any, else clicks, else ratings.

        Args:
            split: split that decides which events a list's history holds.
            levels: levels of the events.
        """
        impressions, first = split.impressions, first_rows(split.impressions.lists)
        found = _of_impressions(split, levels) if split.interactions is None else _of_interactions(split, levels)
        clock, asked = _clock(
            found.times, np.arange(len(first)) if impressions.times is None else impressions.times[first]
        )
        # Events of the same list, or of lists at the same time, are adjacent.
        lists = np.where(found.rows < 0, -1, impressions.lists[found.rows])
        order = np.lexsort((lists, clock, found.users))
        span = max(clock.max(initial=0), asked.max()) + 2
        keys = found.users[order].astype(np.int64) * span + clock[order]
        users = impressions.users[first].astype(np.int64) * span
        rows = found.rows[order]
        own = np.zeros((len(first), 2), dtype=np.int64)
        if not split.in_time:
            has_own, start, count = np.unique(lists[order], return_index=True, return_counts=True)
            own[has_own] = np.stack([start, start + count], axis=1)
        return cls(
            found.items[order],
            found.levels[order],
            rows,
            None if impressions.times is None else found.times[order],
            impressions.time_unit,
            np.searchsorted(keys, users, side="left"),
            np.searchsorted(keys, users + (asked if split.in_time else span - 1), side="left"),
            own,
        )

    def ages(self, now: np.ndarray, at: np.ndarray) -> np.ndarray:
        """Returns how long ago events were: in seconds if times are datetimes, otherwise in the table's own unit.

        Args:
            now: times, of a shape that broadcasts with `at`.
            at: event numbers.

        Returns:
            float32, of the broadcast shape.
        """
        assert self.times is not None
        return elapsed(now, self.times[at], self.time_unit)

    def before(self, lists: np.ndarray, max_length: int) -> np.ndarray:
        """Returns the last events before some lists.

        Args:
            lists: [B] int.
            max_length: maximum number of events per history.

        Returns:
            [B, l] int64 event numbers, oldest first, then -1; 1 <= l <= max_length.
        """
        begin, end, own = self.begin[lists], self.end[lists], self.own[lists]
        passed = own[:, 1] - own[:, 0]
        lengths = np.minimum(end - begin - passed, max_length)
        width = max(1, int(lengths.max(initial=0)))
        at = (end - lengths)[:, None] + np.arange(width)
        at -= np.where(at < own[:, 1:], passed[:, None], 0)  # events before the list's own are shifted up to them
        return np.where(np.arange(width) < lengths[:, None], at, -1)

    def shuffled(self, seed: Sequence[int]) -> np.ndarray:
        """Returns [E] int64 event numbers, with each user's in a random order."""
        users = np.searchsorted(np.unique(self.begin), np.arange(len(self.items)), side="right")
        return np.lexsort((np.random.default_rng(seed).random(len(self.items)), users))

    def sampled(self, lists: np.ndarray, length: int, order: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Samples events from the histories of some lists, without replacement.

        Args:
            lists: [B] int.
            length: maximum number of events per history.
            order: result of `shuffled`.
            rng: generator for the starting points in that order.

        Returns:
            [B, l] int64 event numbers in no particular order, -1 for none.
        """
        begin, end = self.begin[lists], self.end[lists]
        count = np.maximum(end - begin, 1)
        width = max(1, min(length, int((end - begin).max(initial=0))))
        place = np.arange(width)
        at = begin[:, None] + (rng.integers(count)[:, None] + place) % count[:, None]
        inside = place < (end - begin)[:, None]
        # If a history ends before its user's events do, the shuffled order contains events outside it, which are
        # dropped.
        found = order[np.where(inside, at, 0)] if len(order) else np.full(at.shape, -1)
        own = self.own[lists]
        passed = (found >= own[:, :1]) & (found < own[:, 1:])
        return np.where(inside & (found < end[:, None]) & ~passed, found, -1)


class _Log(NamedTuple):
    """Events in any order; if there are no times, `times` holds list numbers."""

    users: np.ndarray
    items: np.ndarray
    levels: np.ndarray
    rows: np.ndarray
    times: np.ndarray


def _of_impressions(split: ImpressionSplit, levels: Levels) -> _Log:
    table = split.impressions
    rows = np.arange(len(table)) if split.in_time else split.train
    rows = rows[table.labels[CLICK][rows] == 1] if CLICK in table.labels else rows
    found = levels.encode({name: values[rows] for name, values in table.labels.items()})
    times = table.lists if table.times is None else table.times
    return _Log(table.users[rows], table.items[rows], found, rows, times[rows])


def _of_interactions(split: ImpressionSplit, levels: Levels) -> _Log:
    table, past = split.impressions, split.interactions
    assert past is not None and past.times is not None
    users, items = (
        pd.Index(known, dtype=object).get_indexer(pd.Index(ids, dtype=object)).astype(np.int32)[codes]
        for known, ids, codes in (
            (table.user_ids, past.user_ids, past.users),
            (table.item_ids, past.item_ids, past.items),
        )
    )
    known = np.isin(users, np.unique(table.users))  # events of other users are not needed
    found = np.full(len(past), levels.unknown, dtype=np.int32)
    if levels.limits and past.ratings is not None:
        found = levels.encode({RATING: past.ratings})
    return _Log(users[known], items[known], found[known], np.full(int(known.sum()), -1), past.times[known])


def _clock(events: np.ndarray, asked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Converts times of events and of lists to ranks, int64."""
    ranks = np.unique(np.concatenate([events, asked]), return_inverse=True)[1].astype(np.int64)
    return ranks[: len(events)], ranks[len(events) :]
