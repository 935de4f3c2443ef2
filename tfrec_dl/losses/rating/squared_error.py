"""Rating output trained on the squared error."""

import numpy as np
import tensorflow as tf
from pydantic import Field

from tfrec_dl.configurations import configuration
from tfrec_dl.layers.plain import Shift
from tfrec_dl.losses.rating.rating_output import RATING_OUTPUTS, RatingOutput


@RATING_OUTPUTS.register("squared_error")
@configuration
class SquaredError(RatingOutput):
    """The score is the difference from the mean training rating, trained on the squared error.

    Attributes:
        user_shrinkage: number of additional ratings at the training mean that each user is assumed to have given.
        item_shrinkage: the same for items.
    """

    user_shrinkage: float = Field(default=6.0, ge=0, allow_inf_nan=False)
    item_shrinkage: float = Field(default=12.0, ge=0, allow_inf_nan=False)

    def levels(self, ratings: np.ndarray) -> np.ndarray:
        """Returns the mean rating, which corresponds to score 0: [1] float32."""
        return np.array([ratings.mean(dtype=np.float64)], dtype=np.float32)

    def output(self, score: tf.Tensor, levels: np.ndarray, ratings: np.ndarray) -> tf.Tensor:
        """Score [B, 1] -> rating [B, 1]."""
        return Shift(float(levels[0]), name="rating")(score)

    def loss(self) -> tf.keras.losses.Loss:
        """Half the squared error, which is a Gaussian's negative log-likelihood with variance 1, up to a constant."""
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
