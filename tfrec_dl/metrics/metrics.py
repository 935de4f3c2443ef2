"""Ranking and catalogue metrics: small declarative classes, one formula each, all from the same `Rankings`.

The doctests share one example: the first user's three targets are ranked 1 and 3 and missed; the second user's one
target is ranked 12. 6 and 20 items could have been recommended.

    example = Rankings(
        ranks=np.array([1.0, 3.0, np.inf, 12.0]), offsets=np.array([0, 3, 4]), candidates=np.array([6, 20]),
        lists=np.array([[2, 3], [2, 0]]), item_counts=np.array([0, 0, 6, 2]), user_ids=np.array(["a", "b"]))
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from tfrec_dl.errors import InputError
from tfrec_dl.metrics.rankings import Rankings


class Metric(ABC):
    """One number per user, from ranks or recommended lists.

    Attributes:
        list_length: length of the recommended lists it needs, 0 for none.
    """

    @property
    @abstractmethod
    def name(self) -> str:
        """The key in reports, for example "ndcg@10"."""

    @property
    def list_length(self) -> int:
        """Length of the recommended lists the metric needs; 0 when ranks are enough."""
        return 0

    @abstractmethod
    def values(self, rankings: Rankings) -> np.ndarray:
        """[H] float64, one value per user."""


@dataclass(frozen=True)
class AtK(Metric):
    """A metric of the first k recommended items."""

    k: int = 10
    label: ClassVar[str] = ""

    def __post_init__(self) -> None:
        if self.k < 1:
            raise InputError(f"{type(self).__name__} at k = {self.k}: k must be at least 1.")

    @property
    def name(self) -> str:
        """The key in reports, for example "ndcg@10"."""
        return f"{self.label}@{self.k}"

    def hits(self, rankings: Rankings) -> np.ndarray:
        """[H] float64 number of targets among the first k."""
        return rankings.sum_by_user(rankings.ranks <= self.k)


@dataclass(frozen=True)
class Precision(AtK):
    """Share of the k recommended items that are targets; k is the divisor even when the catalogue is smaller.

    >>> Precision(10).values(example)
    array([0.2, 0. ])
    """

    label = "precision"

    def values(self, rankings: Rankings) -> np.ndarray:
        """[H] float64, one value per user."""
        return self.hits(rankings) / self.k


@dataclass(frozen=True)
class Recall(AtK):
    """Share of the user's targets among the first k.

    >>> Recall(10).values(example).round(3)
    array([0.667, 0.   ])
    """

    label = "recall"

    def values(self, rankings: Rankings) -> np.ndarray:
        """[H] float64, one value per user."""
        return self.hits(rankings) / rankings.target_counts


@dataclass(frozen=True)
class HitRate(AtK):
    """1 if any target is among the first k, else 0.

    >>> HitRate(10).values(example)
    array([1., 0.])
    """

    label = "hit_rate"

    def values(self, rankings: Rankings) -> np.ndarray:
        """[H] float64, one value per user."""
        return (rankings.best_ranks() <= self.k).astype(np.float64)


@dataclass(frozen=True)
class NDCG(AtK):
    """Normalised discounted cumulative gain with binary relevance (Järvelin and Kekäläinen, 2002).

    The sum of 1 / log2(rank + 1) over targets among the first k, divided by that of an ideal list: min(k, number of
    targets) targets at the top.

    >>> NDCG(10).values(example).round(3)  # (1 + 1/2) / (1 + 1/log2(3) + 1/2)
    array([0.704, 0.   ])
    """

    label = "ndcg"

    def values(self, rankings: Rankings) -> np.ndarray:
        """[H] float64, one value per user."""
        gains = np.where(rankings.ranks <= self.k, 1.0 / np.log2(rankings.ranks + 1.0), 0.0)
        length = min(self.k, int(rankings.target_counts.max()))
        ideal = np.cumsum(1.0 / np.log2(np.arange(2, length + 2)))
        return rankings.sum_by_user(gains) / ideal[np.minimum(length, rankings.target_counts) - 1]


@dataclass(frozen=True)
class MRR(AtK):
    """Reciprocal rank of the best target, 0 beyond k.

    >>> MRR(20).values(example).round(3)
    array([1.   , 0.083])
    """

    label = "mrr"

    def values(self, rankings: Rankings) -> np.ndarray:
        """[H] float64, one value per user."""
        best = rankings.best_ranks()
        return np.where(best <= self.k, 1.0 / best, 0.0)


@dataclass(frozen=True)
class MAP(AtK):
    """Precision at the rank of each target among the first k, averaged over all targets as trec_eval does.

    >>> MAP(10).values(example).round(3)  # (1/1 + 2/3) / 3
    array([0.556, 0.   ])
    """

    label = "map"

    def values(self, rankings: Rankings) -> np.ndarray:
        """[H] float64, one value per user."""
        order = np.lexsort((rankings.ranks, rankings.target_users))
        ranks = rankings.ranks[order]
        upto = _last_of_ties(ranks, rankings)
        precisions = np.where(ranks <= self.k, upto / ranks, 0.0)
        return rankings.sum_by_user(precisions) / rankings.target_counts


@dataclass(frozen=True)
class AUC(Metric):
    """Probability that a target scores above a candidate that is no target; ties count against, a miss counts 0.

    >>> AUC().values(example).round(3)  # the mean of 4/4, 3/4 and 0; 8/19
    array([0.583, 0.421])
    """

    @property
    def name(self) -> str:
        """The key in reports: "auc"."""
        return "auc"

    def values(self, rankings: Rankings) -> np.ndarray:
        """[H] float64, one value per user."""
        users = rankings.target_users
        order = np.lexsort((rankings.ranks, users))
        ranks = rankings.ranks[order]
        ranked = np.isfinite(ranks)
        targets = rankings.sum_by_user(ranked)[users]
        others = rankings.candidates[users] - targets
        # Candidates below a target, less the targets below it.
        below = rankings.candidates[users] - np.where(ranked, ranks, 0.0) - (targets - _last_of_ties(ranks, rankings))
        shares = np.where(others > 0, np.clip(below, 0.0, None) / np.maximum(others, 1.0), 1.0)
        return rankings.sum_by_user(np.where(ranked, shares, 0.0)) / rankings.target_counts


def _last_of_ties(ranks: np.ndarray, rankings: Rankings) -> np.ndarray:
    """[T] float64: targets of the same user ranked at or above each, given ranks sorted within users."""
    users = rankings.target_users
    starts = np.concatenate([[True], (ranks[1:] != ranks[:-1]) | (users[1:] != users[:-1])])
    group = np.cumsum(starts) - 1
    last = np.append(np.flatnonzero(starts)[1:], len(ranks))[group]
    return (last - rankings.offsets[users]).astype(np.float64)
