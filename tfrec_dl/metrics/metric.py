"""Base class and registry of metrics, and parsing of keys such as "ndcg@10"."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from tfrec_dl.errors import InputError
from tfrec_dl.metrics.rankings import Rankings
from tfrec_dl.registry import Registry


class Metric(ABC):
    """Computes one number per user from the ranks of the targets or from recommended lists.

    A part is a class registered under a name. To add one, add a file; reports then include it like ours:

        @register("first")
        class First(Metric):
            def values(self, rankings):
                return (rankings.best_ranks() == 1).astype(np.float64)

    Attributes:
        name: registered name; `register` sets it.
        place: sort position among the package's own metrics, ascending; those of plugins follow.
        per_user: whether `values` gives one number per user, with an interval; otherwise `total` gives one for all.
        in_tables: whether leaderboards in Markdown show it; leaderboards in files contain all metrics.
    """

    name: ClassVar[str]
    place: ClassVar[int] = 1000
    per_user: ClassVar[bool] = True
    in_tables: ClassVar[bool] = True

    @property
    def key(self) -> str:
        """The key in reports, for example "ndcg@10"; the name by default."""
        return self.name

    @property
    def list_length(self) -> int:
        """Length of the recommended lists that the metric needs; 0 (default) if ranks are enough."""
        return 0

    @abstractmethod
    def values(self, rankings: Rankings) -> np.ndarray:
        """Returns one value per user, [H] float64."""

    def total(self, rankings: Rankings) -> float:
        """Returns one number for all users together; by default the mean of their values."""
        return float(self.values(rankings).mean())

    @classmethod
    def defaults(cls) -> Sequence[Metric]:
        """Returns the variants reported if no metrics are requested; by default one, without a cutoff."""
        return [cls()]

    @classmethod
    def at(cls, k: int) -> Metric:
        """Returns the metric of the first `k` recommended items.

        Raises:
            InputError: if the metric has no cutoff (default), or `k` is below 1.
        """
        raise InputError(f"metric {cls.name!r} has no cutoff: ask for {cls.name!r}, not {f'{cls.name}@{k}'!r}.")


@dataclass(frozen=True)
class AtK(Metric):
    """A metric of the first k recommended items.

    Attributes:
        k: the cutoff, at least 1.
    """

    k: int = 10

    def __post_init__(self) -> None:
        if self.k < 1:
            raise InputError(f"{type(self).__name__} at k = {self.k}: k must be at least 1.")

    @property
    def key(self) -> str:
        """The key in reports, for example "ndcg@10"."""
        return f"{self.name}@{self.k}"

    @classmethod
    def at(cls, k: int) -> AtK:
        """Returns the metric of the first `k` recommended items."""
        return cls(k)

    def hits(self, rankings: Rankings) -> np.ndarray:
        """Counts the targets among the first k, [H] float64."""
        return rankings.sum_by_user(rankings.ranks <= self.k)


METRICS: Registry[Metric] = Registry("metric", "tfrec_dl.metrics", order=lambda cls: (cls.place, cls.__module__))
"""The metrics, by name."""


def as_metric(metric: Metric | str) -> Metric:
    """Returns the metric of a key such as "auc", "ndcg@10" or "ndcg" (default cutoff); returns a metric unchanged.

    Raises:
        InputError: if there is no metric of that name, it has no cutoff, or the cutoff is not an integer of at least 1.
    """
    if isinstance(metric, Metric):
        return metric
    name, at, cutoff = metric.partition("@")
    cls = METRICS[name]
    if not at:
        return cls()
    if not cutoff.isascii() or not cutoff.isdigit():
        raise InputError(f"metric {metric!r}: {cutoff!r} is not a cutoff; write for example '{name}@10'.")
    return cls.at(int(cutoff))


def default_metrics() -> tuple[Metric, ...]:
    """Returns the metrics reported if none are requested: the defaults of every registered metric."""
    return tuple(metric for cls in METRICS.classes() for metric in cls.defaults())
