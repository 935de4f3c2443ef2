"""Base class and registry of the ranking baselines."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from tfrec_dl.ranking.data.dataset import ImpressionDataset
from tfrec_dl.registry import Registry


class RankingBaseline(ABC):
    """A ranker without a neural network. Subclasses are registered under a name and created without arguments.

    Attributes:
        name: name under which it is registered; set by `register`.
        place: position among the package's baselines, ascending; those of plugins follow.
    """

    name: ClassVar[str]
    place: ClassVar[int] = 1000

    @classmethod
    @abstractmethod
    def suits(cls, dataset: ImpressionDataset) -> bool:
        """Whether it can predict the labels of the impressions from the available columns."""

    @classmethod
    def left_out(cls, dataset: ImpressionDataset) -> str | None:
        """Returns in one line why a suitable baseline cannot be fitted; None (the default) if it can."""
        return None

    @abstractmethod
    def predictions(self, dataset: ImpressionDataset) -> dict[str, np.ndarray]:
        """Fits on the training part, with settings chosen on validation, and predicts the test part.

        Returns:
            "row" [m] int64, the test rows, and predictions for each: "click", "conversion" and "click_and_conversion",
            or "rating", [m].
        """


RANKING_BASELINES: Registry[RankingBaseline] = Registry(
    "ranking baseline", "tfrec_dl.ranking.baselines", order=lambda cls: (cls.place, cls.__module__)
)
"""The baselines of ranking by name."""
