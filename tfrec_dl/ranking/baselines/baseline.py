"""Base class and registry of the baselines of ranking."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np

from tfrec_dl.ranking.data.dataset import ImpressionDataset
from tfrec_dl.registry import Registry


class RankingBaseline(ABC):
    """A ranker without a neural network; a part is a class registered under a name, made without arguments.

    Attributes:
        name: under which it is registered; `register` sets it.
        place: among the baselines of the package, ascending; those of plugins follow.
    """

    name: ClassVar[str]
    place: ClassVar[int] = 1000

    @classmethod
    @abstractmethod
    def suits(cls, dataset: ImpressionDataset) -> bool:
        """Whether it predicts the labels of the impressions, from what is known of them."""

    @classmethod
    def left_out(cls, dataset: ImpressionDataset) -> str | None:
        """Why a baseline that suits cannot be fitted, in one line; by default None: it can."""
        return None

    @abstractmethod
    def predictions(self, dataset: ImpressionDataset) -> dict[str, np.ndarray]:
        """Fits it on the training part, with settings chosen on validation, and predicts the test part.

        Returns:
            "row" [m] int64, the test rows, and what is predicted of each, "click", "conversion" and
            "click_and_conversion", or "rating", [m].
        """


RANKING_BASELINES: Registry[RankingBaseline] = Registry(
    "ranking baseline", "tfrec_dl.ranking.baselines", order=lambda cls: (cls.place, cls.__module__)
)
"""The baselines of ranking by name."""
