"""Masking of scores by item index."""

import tensorflow as tf

from tfrec_dl.serving.index import LOWEST_SCORE


def without(scores: tf.Tensor, indices: tf.Tensor) -> tf.Tensor:
    """Returns the scores with `LOWEST_SCORE` at indices [B, M]."""
    lowest = tf.fill(tf.shape(indices), LOWEST_SCORE)
    return tf.tensor_scatter_nd_update(scores, cells(indices), lowest)


def cells(indices: tf.Tensor) -> tf.Tensor:
    """Returns row and column of each index: [B, M] -> [B, M, 2]."""
    rows = tf.repeat(tf.range(tf.shape(indices)[0])[:, None], tf.shape(indices)[1], axis=1)
    return tf.stack([rows, indices], axis=2)
