"""Rating objective: how an item is rated."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np
import tensorflow as tf
import tensorflow_recommenders as tfrs
from pydantic import Field

from tfrec_dl.configurations import configuration
from tfrec_dl.losses.rating.rating_output import RATING_OUTPUTS, RatingOutput
from tfrec_dl.losses.rating.squared_error import SquaredError
from tfrec_dl.ranking.data.feedback import RATING
from tfrec_dl.ranking.objectives.objective import RATING_OBJECTIVES, Objective
from tfrec_dl.registered_fields import Registered


@RATING_OBJECTIVES.register("rating")
@configuration
class Rating(Objective):
    """Predicts a rating as a number, or as a level of a scale.

    Attributes:
        weight: weight among the objectives.
        output: output of the head, with its loss.
    """

    weight: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    output: Annotated[RatingOutput, Registered(RATING_OUTPUTS)] = SquaredError()

    def levels(self, labels: Mapping[str, np.ndarray]) -> np.ndarray:
        """Returns [2 + K] float32: the lowest and the highest rating, and the K levels of the output.

        Raises:
            InputError: if the output cannot represent that many levels.
        """
        ratings = labels[RATING]
        ends = np.array([ratings.min(), ratings.max()], dtype=np.float32)
        return np.concatenate([ends, self.output.levels(ratings)])

    def outputs(self, score: tf.Tensor, levels: np.ndarray, examples: np.ndarray) -> tf.Tensor:
        """Maps a score [R, 1] to the values of the output [R, ...]."""
        return self.output.output(score, levels[2:], examples)

    def loss(
        self,
        outputs: Mapping[str, tf.Tensor],
        labels: Mapping[str, tf.Tensor],
        lists: tf.Tensor,
        weights: tf.Tensor,
        levels: np.ndarray,
    ) -> tf.Tensor:
        """See `Objective.loss`: the mean over rows, as in a TFRS ranking task."""
        ratings = tf.clip_by_value(labels[RATING], float(levels[0]), float(levels[1]))
        task = tfrs.tasks.Ranking(loss=self.output.loss())
        losses = task(self.output.labels(ratings, tf.constant(levels[2:])), outputs[RATING])
        return tf.reduce_mean(weights * losses)

    def expected(self, outputs: tf.Tensor, lists: tf.Tensor, levels: np.ndarray) -> tf.Tensor:
        """Maps outputs [R, ...] to ratings [R], within the range of the training ratings."""
        ratings = self.output.expected(outputs, tf.constant(levels[2:]))
        return tf.clip_by_value(ratings, float(levels[0]), float(levels[1]))

    def origin(self, levels: np.ndarray) -> float | None:
        """See the `origin` of its output."""
        return self.output.origin(levels[2:])

    def about(self) -> str:
        """Returns the name of its output."""
        return self.output.name
