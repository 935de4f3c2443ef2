"""Recency of past interactions, counted in items."""

import tensorflow as tf

from tfrec_dl.data.vocabulary import PADDING


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class Recency(tf.keras.layers.Layer):
    """Numbers the last items of a history from its end.

    Args:
        longest: number of items to distinguish; earlier ones get the number 0.
    """

    def __init__(self, longest: int, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.longest = longest

    def call(self, history: tf.Tensor) -> tf.Tensor:
        """Maps a history [B, L] int32, oldest first, then 0, to [B, L] int32: 1 for the last item, 2, ..., or 0."""
        length = tf.math.count_nonzero(history != PADDING, axis=1, keepdims=True, dtype=tf.int32)
        number = length - tf.range(tf.shape(history)[1])
        return tf.where((number >= 1) & (number <= self.longest), number, 0)

    def get_config(self) -> dict:
        """Returns the arguments needed to build the layer again."""
        return {**super().get_config(), "longest": self.longest}
