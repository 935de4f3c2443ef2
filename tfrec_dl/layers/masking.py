"""Masks and masked means, which ignore padding and unknown entries."""

import tensorflow as tf

from tfrec_dl.layers.dropout import ResumableDropout

UNKNOWN = 1  # as in every Keras lookup with a mask: 0 is padding, 1 unknown, known entries start at 2


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class KnownMask(tf.keras.layers.Layer):
    """Returns 1 for known entries, 0 for padding and unknown ones."""

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Indices [N, T] int32 -> [N, T, 1] float32."""
        return tf.cast(inputs > UNKNOWN, tf.float32)[..., None]


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class AnyKnown(tf.keras.layers.Layer):
    """Returns 1 for rows with a known entry, otherwise 0."""

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Indices [N, T] int32 -> [N, 1] float32."""
        return tf.cast(tf.reduce_any(inputs > UNKNOWN, axis=1, keepdims=True), tf.float32)


def known_mask(indices: tf.Tensor) -> tf.Tensor:
    """Indices [N, T] int32 -> [N, T, 1] float32: 1 for known entries, 0 for padding and unknown ones."""
    return KnownMask()(indices)


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class EntryDropout(ResumableDropout):
    """Makes a share of the known entries unknown in training.

    Args:
        rate: share of the known entries.
    """

    def call(self, inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        """Indices [N, T] int32 -> [N, T] int32."""
        if not training or not self.rate:
            return tf.identity(inputs)
        dropped = self._uniform(tf.shape(inputs), tf.float32) < self.rate
        return tf.where(dropped, tf.minimum(inputs, UNKNOWN), inputs)


def masked_mean(vectors: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
    """Vectors [N, T, D] and mask [N, T, 1] -> [N, D]: mean over the entries in the mask; zeros if there are none."""
    return MaskedMean()([vectors, mask])


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class MaskedMean(tf.keras.layers.Layer):
    """Mean over the entries in a mask; zeros if there are none."""

    def call(self, inputs: list[tf.Tensor]) -> tf.Tensor:
        """Vectors [N, T, D] and mask [N, T, 1] -> [N, D]."""
        vectors, mask = inputs
        total = tf.linalg.matmul(mask, vectors, transpose_a=True)[:, 0]  # in one pass over the vectors
        return tf.math.divide_no_nan(total, tf.reduce_sum(mask, axis=1))
