"""Ordinal rating output: learned thresholds between the rating levels."""

import numpy as np
import tensorflow as tf
from pydantic import Field

from tfrec_dl.configurations import configuration
from tfrec_dl.errors import InputError
from tfrec_dl.losses.rating.rating_output import RATING_OUTPUTS, RatingOutput

MOST_LEVELS = 20


@RATING_OUTPUTS.register("cumulative_logit")
@configuration
class CumulativeLogit(RatingOutput):
    """Compares the score with learned thresholds between the rating levels, and predicts the expected rating.

    P(rating above level k) = sigmoid(score - threshold_k). Where most ratings are the highest level, a score that is
    already high gains less from a good item than a medium score does. A sum of biases cannot express this. Source:
    OrdRec (Koren and Sill, RecSys 2011); McCullagh, Regression Models for Ordinal Data, 1980.

    Attributes:
        user_shrinkage: precision of the Gaussian prior of the users' biases around 0.
        item_shrinkage: the same for the items' biases.
    """

    user_shrinkage: float = Field(default=1.5, ge=0, allow_inf_nan=False)
    item_shrinkage: float = Field(default=2.0, ge=0, allow_inf_nan=False)

    def levels(self, ratings: np.ndarray) -> np.ndarray:
        """Returns the distinct ratings in ascending order, [K] float32.

        Raises:
            InputError: if there is only one rating level, or more than 20.
        """
        levels: np.ndarray = np.unique(ratings)
        if not 2 <= len(levels) <= MOST_LEVELS:
            raise InputError(
                f"the training ratings have {len(levels)} distinct values, but an ordinal output takes 2 to "
                f"{MOST_LEVELS}: round them, or use the output SquaredError()"
            )
        return levels

    def output(self, score: tf.Tensor, levels: np.ndarray, ratings: np.ndarray) -> tf.Tensor:
        """Score [B, 1] -> probabilities of the levels [B, K]."""
        above = np.array([(ratings > level).mean() for level in levels[:-1]])
        return Thresholds(np.log((1 - above) / above).tolist(), name="thresholds")(score)

    def loss(self) -> tf.keras.losses.Loss:
        """Cross-entropy of the rating's level."""
        return tf.keras.losses.SparseCategoricalCrossentropy(reduction=tf.keras.losses.Reduction.NONE)

    def labels(self, ratings: tf.Tensor, levels: tf.Tensor) -> tf.Tensor:
        """Ratings [B] -> positions of their levels [B] int32."""
        return tf.cast(tf.searchsorted(levels, ratings), tf.int32)

    def expected(self, outputs: tf.Tensor, levels: tf.Tensor) -> tf.Tensor:
        """Probabilities [B, K] -> expected ratings [B]."""
        return tf.linalg.matvec(outputs, levels)


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class Thresholds(tf.keras.layers.Layer):
    """Score [B, 1] -> probabilities of K levels [B, K], by K - 1 learned ascending thresholds.

    Args:
        initial: K - 1 ascending initial thresholds.
    """

    def __init__(self, initial: list[float], **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.initial = initial

    def build(self, input_shape: tf.TensorShape) -> None:
        """Creates the first threshold and the logarithms of the steps between thresholds."""
        first, steps = self.initial[:1], np.log(np.maximum(np.diff(self.initial), 1e-3))
        self.first = self.add_weight("first", [1], initializer=tf.constant_initializer(first))
        self.steps = self.add_weight("steps", [len(steps)], initializer=tf.constant_initializer(steps))

    def call(self, score: tf.Tensor) -> tf.Tensor:
        """Computes the differences of the cumulative probabilities."""
        thresholds = tf.concat([self.first, self.first + tf.cumsum(tf.exp(self.steps))], axis=0)
        above = tf.sigmoid(score - thresholds)
        one, zero = tf.ones_like(score), tf.zeros_like(score)
        return tf.concat([one, above], axis=1) - tf.concat([above, zero], axis=1)

    def get_config(self) -> dict:
        """Returns the arguments needed to rebuild the layer."""
        return {**super().get_config(), "initial": self.initial}
