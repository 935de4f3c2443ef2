"""An objective fitted on the training labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from tfrec_dl.ranking.objectives.objective import Objective


@dataclass(frozen=True, eq=False)
class FittedObjective:
    """An objective with the values fitted on the training labels.

    Attributes:
        config: settings of the objective.
        levels: [K] float32, fitted on the training labels: the meaning of a score of 0, or the levels of ratings.
    """

    config: Objective
    levels: np.ndarray

    @classmethod
    def of(cls, config: Objective, labels: Mapping[str, np.ndarray]) -> FittedObjective:
        """Fits the objective on the training labels; see `Objective.levels`.

        Raises:
            InputError: if the labels do not suit the objective.
        """
        return cls(config, config.levels(labels))

    @property
    def weight(self) -> float:
        """Weight among the objectives; `loss` does not apply it."""
        return self.config.weight

    def outputs(self, score: tf.Tensor, examples: np.ndarray | None = None) -> tf.Tensor:
        """Completes a head with score [R, 1]; examples are not needed if weights are loaded later."""
        return self.config.outputs(score, self.levels, self.levels if examples is None else examples)

    def loss(
        self,
        outputs: Mapping[str, tf.Tensor],
        labels: Mapping[str, tf.Tensor],
        lists: tf.Tensor,
        weights: tf.Tensor,
    ) -> tf.Tensor:
        """Returns the loss of a batch; see `Objective.loss`."""
        return self.config.loss(outputs, labels, lists, weights, self.levels)

    def origin(self) -> float | None:
        """Returns the meaning of a score of 0; see `Objective.origin`."""
        return self.config.origin(self.levels)

    def logits(self, outputs: tf.Tensor, lists: tf.Tensor) -> tf.Tensor:
        """Returns the log-odds of a click or conversion; see `Objective.logits`."""
        return self.config.logits(outputs, lists)

    def expected(self, outputs: tf.Tensor, lists: tf.Tensor) -> tf.Tensor:
        """Converts the outputs of this head to predictions.

        Args:
            outputs: [R, ...].
            lists: [R] int32, as for `loss`, for whole lists.

        Returns:
            [R]: probabilities (for a conversion: given a click), or ratings.
        """
        return self.config.expected(outputs, lists, self.levels)
