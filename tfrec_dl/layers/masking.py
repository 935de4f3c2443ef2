"""Masked means: padding and unknown entries are ignored."""

import tensorflow as tf

from tfrec_dl.layers.dropout import ResumableDropout

UNKNOWN = 1  # as in every lookup of Keras with a mask: 0 is padding, 1 unknown, known entries start at 2


def known_mask(indices: tf.Tensor) -> tf.Tensor:
    """Indices [N, T] int32 -> [N, T, 1] float32: 1 for known entries, 0 for padding and unknown ones."""
    return tf.keras.layers.Lambda(lambda ids: tf.cast(ids > UNKNOWN, tf.float32)[..., None])(indices)


class EntryDropout(ResumableDropout):
    """Makes a share of the known entries unknown in training.

    Args:
        rate: that share.
    """

    def call(self, inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        """Indices [N, T] int32 -> [N, T] int32."""
        if not training or not self.rate:
            return tf.identity(inputs)
        dropped = self._uniform(tf.shape(inputs), tf.float32) < self.rate
        return tf.where(dropped, tf.minimum(inputs, UNKNOWN), inputs)


def masked_mean(vectors: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
    """Vectors [N, T, D] and mask [N, T, 1] -> [N, D]: the mean over the mask's entries, zeros where there are none."""
    return tf.keras.layers.Lambda(_mean)([vectors, mask])


def _mean(inputs: list[tf.Tensor]) -> tf.Tensor:
    vectors, mask = inputs
    total = tf.linalg.matmul(mask, vectors, transpose_a=True)[:, 0]  # in one pass over the vectors
    return tf.math.divide_no_nan(total, tf.reduce_sum(mask, axis=1))
