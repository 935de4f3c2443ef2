"""The squared error of a rating."""

import numpy as np
import tensorflow as tf
from pydantic import Field

from tfrec_dl.configurations import configuration
from tfrec_dl.layers.plain import Shift
from tfrec_dl.losses.rating.rating_output import RATING_OUTPUTS, RatingOutput


@RATING_OUTPUTS.register("squared_error")
@configuration
class SquaredError(RatingOutput):
    """The score is the rating's distance from the training mean, trained on its squared error.

    Attributes:
        user_shrinkage: ratings at the training mean that every user is taken to have given besides their own.
        item_shrinkage: the same for items.
    """

    user_shrinkage: float = Field(default=6.0, ge=0, allow_inf_nan=False)
    item_shrinkage: float = Field(default=12.0, ge=0, allow_inf_nan=False)

    def levels(self, ratings: np.ndarray) -> np.ndarray:
        """[1] float32: the mean rating, where a score of 0 stands."""
        return np.array([ratings.mean(dtype=np.float64)], dtype=np.float32)

    def output(self, score: tf.Tensor, levels: np.ndarray, ratings: np.ndarray) -> tf.Tensor:
        """Score [B, 1] -> rating [B, 1]."""
        return Shift(float(levels[0]), name="rating")(score)

    def loss(self) -> tf.keras.losses.Loss:
        """Half the squared error: a Gaussian's log-likelihood with variance 1."""
        return _HalfSquaredError(reduction=tf.keras.losses.Reduction.NONE)

    def labels(self, ratings: tf.Tensor, levels: tf.Tensor) -> tf.Tensor:
        """Ratings [B] -> [B, 1]."""
        return ratings[:, None]

    def expected(self, outputs: tf.Tensor, levels: tf.Tensor) -> tf.Tensor:
        """Outputs [B, 1] -> ratings [B]."""
        return outputs[:, 0]

    def origin(self, levels: np.ndarray) -> float:
        """The mean rating."""
        return float(levels[0])


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class _HalfSquaredError(tf.keras.losses.Loss):
    def call(self, y_true: tf.Tensor, y_pred: tf.Tensor) -> tf.Tensor:
        return 0.5 * tf.reduce_sum(tf.square(y_true - y_pred), axis=-1)
