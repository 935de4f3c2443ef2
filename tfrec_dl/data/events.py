"""What users did with what they were shown, in order of time: the histories that rankers read."""

from dataclasses import dataclass

import numpy as np

from tfrec_dl.data.feedback import CLICK, CONVERSION, RATING
from tfrec_dl.data.impression_splits import ImpressionSplit, first_rows
from tfrec_dl.data.impressions import Impressions

MOST_LEVELS = 20


@dataclass(frozen=True)
class Levels:
    """How well a past item was liked, as a small number from 1; 0 is padding.

    Of clicks, 2 is what converted and 1 the rest. Ratings are told apart as they are, or, beyond 20 different ones, by
    20 quantiles.

    Attributes:
        limits: ascending; the level of a rating is the number of limits that it reaches, at least 1. Empty for clicks.
    """

    limits: tuple[float, ...] = ()

    @classmethod
    def of(cls, ratings: np.ndarray | None) -> "Levels":
        """Learns the levels of training ratings [n] float32, or of clicks where there are none."""
        if ratings is None:
            return cls()
        distinct = np.unique(ratings)
        if len(distinct) > MOST_LEVELS:
            distinct = np.unique(np.quantile(ratings, np.arange(MOST_LEVELS) / MOST_LEVELS))
        return cls(tuple(float(limit) for limit in distinct))

    @property
    def size(self) -> int:
        """Levels, padding included."""
        return 1 + (len(self.limits) or 2)

    def encode(self, labels: dict[str, np.ndarray]) -> np.ndarray:
        """[n] int32 levels of rows with these labels."""
        if self.limits:
            found = np.searchsorted(np.array(self.limits, np.float32), labels[RATING], side="right")
            return np.maximum(found, 1).astype(np.int32)
        clicks = labels[CLICK]
        return (1 + labels.get(CONVERSION, np.zeros_like(clicks))).astype(np.int32)


@dataclass(frozen=True, eq=False)
class Events:
    """Clicks, or ratings where there are no clicks: user by user, in order of time.

    Attributes:
        rows: [E] int64, the impression that each event is.
        items: [E] int32 codes into the item ids of the impressions.
        levels: [E] int32, from 1.
        begin: [lists] int64, where the events of each list's user begin.
        end: [lists] int64, where the history of each list ends.
        own: [lists] int64, the event among them that is the list's own, or -1: it is passed over.
    """

    rows: np.ndarray
    items: np.ndarray
    levels: np.ndarray
    begin: np.ndarray
    end: np.ndarray
    own: np.ndarray

    @classmethod
    def of(cls, split: ImpressionSplit, levels: Levels) -> "Events":
        """Collects the events of a split's lists.

        Args:
            split: says which events a list's history holds.
            levels: of the events.
        """
        impressions = split.impressions
        first = first_rows(impressions.lists)
        rows = np.arange(len(impressions)) if split.in_time else split.train
        rows = rows[impressions.labels[CLICK][rows] == 1] if CLICK in impressions.labels else rows
        clock = _clock(impressions)
        rows = rows[np.lexsort((clock[rows], impressions.users[rows]))]
        keys = impressions.users[rows].astype(np.int64) * (clock.max() + 2) + clock[rows]
        asked = impressions.users[first].astype(np.int64) * (clock.max() + 2)
        begin = np.searchsorted(keys, asked, side="left")
        own = np.full(len(first), -1, dtype=np.int64)
        if split.in_time:
            end = np.searchsorted(keys, asked + clock[first], side="left")
        else:
            end = np.searchsorted(keys, asked + clock.max() + 1, side="left")
            own[impressions.lists[rows]] = np.arange(len(rows))
        found = levels.encode({name: values[rows] for name, values in impressions.labels.items()})
        return cls(rows, impressions.items[rows], found, begin, end, own)

    def before(self, lists: np.ndarray, max_length: int) -> np.ndarray:
        """The last events before some lists.

        Args:
            lists: [B] int.
            max_length: events of a history at most.

        Returns:
            [B, l] int64, numbers of events, oldest first, then -1; 1 <= l <= max_length.
        """
        begin, end, own = self.begin[lists], self.end[lists], self.own[lists]
        passed = (own >= np.maximum(begin, end - max_length - 1)) & (own < end)
        lengths = np.minimum(end - begin - passed, max_length)
        width = max(1, int(lengths.max(initial=0)))
        at = (end - lengths)[:, None] + np.arange(width)
        at -= passed[:, None] & (at <= own[:, None])  # what lies before the list's own event moves up by one
        return np.where(np.arange(width) < lengths[:, None], at, -1)


def _clock(impressions: Impressions) -> np.ndarray:
    """[n] int64: ranks of the times; without times, of the lists in table order."""
    if impressions.times is None:
        return impressions.lists.astype(np.int64)
    return np.unique(impressions.times, return_inverse=True)[1].astype(np.int64)
