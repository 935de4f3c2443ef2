"""Means over what is known: padding and unknown entries are passed over."""

import tensorflow as tf

UNKNOWN = 1  # as in every lookup of Keras with a mask: 0 is padding, 1 unknown, known entries start at 2


def known_mask(indices: tf.Tensor) -> tf.Tensor:
    """Indices [N, T] int32 -> [N, T, 1] float32: 1 for known entries, 0 for padding and unknown ones."""
    return tf.keras.layers.Lambda(lambda ids: tf.cast(ids > UNKNOWN, tf.float32)[..., None])(indices)


def masked_mean(vectors: tf.Tensor, mask: tf.Tensor) -> tf.Tensor:
    """Vectors [N, T, D] and mask [N, T, 1] -> [N, D]: the mean over the mask's entries, zeros where there are none."""
    return tf.keras.layers.Lambda(_mean)([vectors, mask])


def _mean(inputs: list[tf.Tensor]) -> tf.Tensor:
    vectors, mask = inputs
    return tf.math.divide_no_nan(tf.reduce_sum(vectors * mask, axis=1), tf.reduce_sum(mask, axis=1))
