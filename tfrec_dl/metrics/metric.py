"""Base class and registry of metrics, and parsing of a name with its cutoff: "ndcg@10"."""

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
    """One number a user, from the ranks of the targets or from recommended lists.

    A part is a class registered under a name; one more file is all that it takes, and it is reported wherever ours are:

        @register("first")
        class First(Metric):
            def values(self, rankings):
                return (rankings.best_ranks() == 1).astype(np.float64)

    Attributes:
        name: under which it is registered; `register` sets it.
        place: among the metrics of the package, ascending; those of plugins follow.
        per_user: whether `values` gives a number a user, which has an interval; else `total` gives one for all.
        in_tables: whether leaderboards in Markdown show it; those in files have all metrics.
    """

    name: ClassVar[str]
    place: ClassVar[int] = 1000
    per_user: ClassVar[bool] = True
    in_tables: ClassVar[bool] = True

    @property
    def key(self) -> str:
        """The key in reports, for example "ndcg@10"; by default the name."""
        return self.name

    @property
    def list_length(self) -> int:
        """Length of the recommended lists the metric needs; 0 when ranks are enough, as by default."""
        return 0

    @abstractmethod
    def values(self, rankings: Rankings) -> np.ndarray:
        """[H] float64, one value per user."""

    def total(self, rankings: Rankings) -> float:
        """One number for all users together; by default the mean of their values."""
        return float(self.values(rankings).mean())

    @classmethod
    def defaults(cls) -> Sequence[Metric]:
        """What reports hold of it where no metrics are asked for; by default one, without a cutoff."""
        return [cls()]

    @classmethod
    def at(cls, k: int) -> Metric:
        """The metric of the first `k` recommended items.

        Raises:
            InputError: if it has no cutoff, as by default, or `k` is below 1.
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
        """The metric of the first `k` recommended items."""
        return cls(k)

    def hits(self, rankings: Rankings) -> np.ndarray:
        """[H] float64 number of targets among the first k."""
        return rankings.sum_by_user(rankings.ranks <= self.k)


METRICS: Registry[Metric] = Registry("metric", "tfrec_dl.metrics", order=lambda cls: (cls.place, cls.__module__))
"""The metrics by name."""


def as_metric(metric: Metric | str) -> Metric:
    """A metric from its key, "auc" or "ndcg@10" ("ndcg" is at its default cutoff); a metric as it is.

    Raises:
        InputError: if no metric has the name, it has no cutoff, or the cutoff is no number of at least 1.
    """
    if isinstance(metric, Metric):
        return metric
    name, at, cutoff = metric.partition("@")
    cls = METRICS[name]
    if not at:
        return cls()
    if not cutoff.isascii() or not cutoff.isdigit():
        raise InputError(f"metric {metric!r}: {cutoff!r} is no cutoff; write for example '{name}@10'.")
    return cls.at(int(cutoff))


def default_metrics() -> tuple[Metric, ...]:
    """What reports hold where no metrics are asked for: what every registered metric asks for."""
    return tuple(metric for cls in METRICS.classes() for metric in cls.defaults())
