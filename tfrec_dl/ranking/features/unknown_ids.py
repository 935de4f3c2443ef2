"""Treatment of ids without a row in an embedding table."""

import tensorflow as tf

from tfrec_dl.data.vocabulary import PADDING, UNKNOWN
from tfrec_dl.layers.dropout import ResumableDropout


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class UnknownIdMasking(ResumableDropout):
    """Replaces indices beyond the table, and in training a share of the others, by the index of the unknown id.

    This trains the vector of the unknown id, which then represents new users or items.

    Args:
        size: number of rows of the table.
        rate: share of the ids hidden in training.
    """

    def __init__(self, size: int, rate: float, **kwargs: object) -> None:
        super().__init__(rate, **kwargs)
        self.size = size

    def call(self, inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        """Maps indices of any shape, int32, to the same shape; padding is unchanged."""
        known = inputs < self.size
        if training and self.rate:
            known &= self._uniform(tf.shape(inputs), tf.float32) >= self.rate
        return tf.where(known | (inputs == PADDING), inputs, UNKNOWN)

    def get_config(self) -> dict:
        """Returns the arguments needed to build the layer again."""
        return {**super().get_config(), "size": self.size}
