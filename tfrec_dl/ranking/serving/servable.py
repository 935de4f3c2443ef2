"""Protocol of ranking models that can be exported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import tensorflow as tf

from tfrec_dl.ranking.fitted_state import FittedState
from tfrec_dl.ranking.objectives.fitted import FittedObjective


class ServableRanker(Protocol):
    """The part of a `RankingModel` that is exported."""

    objectives: dict[str, FittedObjective]
    fitted_state: FittedState

    @property
    def orders_by(self) -> str:
        """The prediction that orders candidates."""

    def predictions(self, inputs: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Predicts each row, [R] each."""

    def with_fitted_state(self, fitted_state: FittedState) -> ServableRanker:
        """Returns a model with the same weights that reads other tables of features."""
