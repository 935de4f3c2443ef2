"""An objective fitted on the training labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from tfrec_dl.ranking.objectives.objective import Objective


@dataclass(frozen=True, eq=False)
class FittedObjective:
    """What a head predicts, and its loss.

    Attributes:
        config: which objective.
        levels: [K] float32, fitted on the training labels: what a score of 0 means, the rating's levels.
    """

    config: Objective
    levels: np.ndarray

    @classmethod
    def of(cls, config: Objective, labels: Mapping[str, np.ndarray]) -> FittedObjective:
        """Reads the training labels, as of `Objective.levels`.

        Raises:
            InputError: if the labels do not suit the objective.
        """
        return cls(config, config.levels(labels))

    @property
    def weight(self) -> float:
        """Of the objective among others; `loss` leaves it out."""
        return self.config.weight

    def outputs(self, score: tf.Tensor, examples: np.ndarray | None = None) -> tf.Tensor:
        """Ends a head with score [R, 1]; without examples where weights are loaded later."""
        return self.config.outputs(score, self.levels, self.levels if examples is None else examples)

    def loss(
        self,
        outputs: Mapping[str, tf.Tensor],
        labels: Mapping[str, tf.Tensor],
        lists: tf.Tensor,
        weights: tf.Tensor,
    ) -> tf.Tensor:
        """The loss of a batch, as of `Objective.loss`."""
        return self.config.loss(outputs, labels, lists, weights, self.levels)

    def origin(self) -> float | None:
        """What a score of 0 means, as of `Objective.origin`."""
        return self.config.origin(self.levels)

    def logits(self, outputs: tf.Tensor, lists: tf.Tensor) -> tf.Tensor:
        """Log-odds of a click or conversion, as of `Objective.logits`."""
        return self.config.logits(outputs, lists)

    def expected(self, outputs: tf.Tensor, lists: tf.Tensor) -> tf.Tensor:
        """What the outputs of its own head mean.

        Args:
            outputs: [R, ...].
            lists: [R] int32, as for `loss`; whole lists.

        Returns:
            [R]: a probability (of a conversion: given a click), or a rating.
        """
        return self.config.expected(outputs, lists, self.levels)
