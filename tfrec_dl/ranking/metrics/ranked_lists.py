"""Metrics of ranked lists, with the rows of each list ordered by score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tfrec_dl.errors import InputError


@dataclass(frozen=True, eq=False)
class RankedLists:
    """The rank of each row in its list.

    Every metric gives one value per list, NaN for a list without a click, in which there is nothing to find.

    Attributes:
        ranks: [R] int64, 1 is the best of its list. Among rows with equal scores, those without a click come first, so
            ties count against the model.
        labels: [R] float64, 0 or 1.
        lists: [R] int64, 0 to N - 1.
        clicks: [N] float64, number of clicked rows in each list.
    """

    ranks: np.ndarray
    labels: np.ndarray
    lists: np.ndarray
    clicks: np.ndarray

    def __len__(self) -> int:
        """Returns the number of lists."""
        return len(self.clicks)

    def within(self, k: int) -> np.ndarray:
        """Returns [R] bool: the k best rows of each list.

        Raises:
            InputError: if k is below 1.
        """
        if k < 1:
            raise InputError(f"cut-off {k}: it must be at least 1.")
        return self.ranks <= k

    def precision(self, k: int) -> np.ndarray:
        """Returns [N] clicked share of the k best rows; the divisor is k even if a list is shorter."""
        return self._clicked(np.full(len(self), float(k)), self.labels * self.within(k))

    def recall(self, k: int) -> np.ndarray:
        """Returns [N] share of the clicks that are among the k best rows."""
        return self._clicked(self.clicks, self.labels * self.within(k))

    def reciprocal_rank(self) -> np.ndarray:
        """Returns [N] 1 / rank of the best clicked row (its mean is the MRR)."""
        best = np.zeros(len(self))
        np.maximum.at(best, self.lists, self.labels / self.ranks)
        return np.where(self.clicks > 0, best, np.nan)

    def ndcg(self, k: int | None = None) -> np.ndarray:
        """Returns [N] normalized discounted cumulative gain with binary relevance (Järvelin and Kekäläinen, 2002).

        Args:
            k: number of best rows of the list to use; None for all.
        """
        gains = self.labels / np.log2(self.ranks + 1.0)
        if k is not None:
            gains = gains * self.within(k)
        most = int(self.clicks.max())
        ideal = np.append(0.0, np.cumsum(1.0 / np.log2(np.arange(2, most + 2))))
        counted = self.clicks if k is None else np.minimum(self.clicks, k)
        return self._clicked(ideal[counted.astype(np.int64)], gains)

    def _clicked(self, divisors: np.ndarray, values: np.ndarray) -> np.ndarray:
        sums = np.bincount(self.lists, weights=values, minlength=len(self))
        return np.divide(sums, divisors, out=np.full(len(self), np.nan), where=self.clicks > 0)


def rank_lists(scores: np.ndarray, labels: np.ndarray, lists: np.ndarray) -> RankedLists:
    """Ranks the rows of each list.

    Args:
        scores: [R] float64, higher is better.
        labels: [R] float64, 0 or 1.
        lists: [R] int64, 0 to N - 1, each at least once, in any order.
    """
    order = np.lexsort((labels, -scores, lists))
    sizes = np.bincount(lists)
    starts = np.cumsum(sizes) - sizes
    ranks = np.empty(len(scores), dtype=np.int64)
    ranks[order] = np.arange(1, len(scores) + 1) - starts[lists[order]]
    return RankedLists(ranks, labels, lists, np.bincount(lists, weights=labels))
