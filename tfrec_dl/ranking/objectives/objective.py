"""An objective that knows its training labels."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np
import tensorflow as tf
from pydantic import Field

from tfrec_dl.ranking.objectives.choice import Choice
from tfrec_dl.ranking.objectives.click import Click
from tfrec_dl.ranking.objectives.conversion import Conversion
from tfrec_dl.ranking.objectives.rating import Rating

ObjectiveConfig = Annotated[Click | Choice | Conversion | Rating, Field(discriminator="name")]


@dataclass(frozen=True, eq=False)
class Objective:
    """What a head predicts, and its loss.

    Attributes:
        config: which objective.
        levels: [K] float32, what it has to know of the training labels: what a score of 0 means, the rating's levels.
    """

    config: Click | Choice | Conversion | Rating
    levels: np.ndarray

    @classmethod
    def of(cls, config: Click | Choice | Conversion | Rating, labels: Mapping[str, np.ndarray]) -> "Objective":
        """Reads the training labels {"click", "conversion", "rating": [n] float32}, those that there are.

        A `Choice` reads the list of each label too, "list" [n] int.

        Raises:
            InputError: if the ratings do not fit the objective.
        """
        return cls(config, config.levels(labels))

    @property
    def weight(self) -> float:
        """Of the objective among others; `loss` leaves it out."""
        return self.config.weight

    def outputs(self, score: tf.Tensor, examples: np.ndarray | None = None) -> tf.Tensor:
        """Ends a head.

        Args:
            score: Keras tensor [R, 1].
            examples: [n] training labels, from which the thresholds of an ordinal rating start; needless where weights
                are loaded later.

        Returns:
            [R, ...]: a logit [R, 1] for clicks and conversions, for ratings what their output is made of.
        """
        return self.config.outputs(score, self.levels, self.levels if examples is None else examples)

    def loss(
        self,
        outputs: Mapping[str, tf.Tensor],
        labels: Mapping[str, tf.Tensor],
        lists: tf.Tensor,
        weights: tf.Tensor,
    ) -> tf.Tensor:
        """The loss of a batch.

        Args:
            outputs: "click", "conversion", "rating" -> [R, ...], what the heads give.
            labels: the same -> [R] float32.
            lists: [R] int32, the number of each row's list in the batch, ascending from 0 without a gap.
            weights: [R] float32, how much a row counts.

        Returns:
            Scalar, a mean over rows or lists.
        """
        return self.config.loss(outputs, labels, lists, weights, self.levels)

    def expected(self, outputs: tf.Tensor, lists: tf.Tensor) -> tf.Tensor:
        """What the outputs of its own head mean.

        Args:
            outputs: [R, ...].
            lists: [R] int32, as for `loss`; whole lists.

        Returns:
            [R]: a probability (of a conversion: given a click), or a rating.
        """
        if isinstance(self.config, Click | Choice):
            return tf.sigmoid(self.config.logits(outputs, lists))
        return self.config.expected(outputs, self.levels)
