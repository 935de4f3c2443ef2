"""Rows of different lengths as tensors."""

import tensorflow as tf

from tfrec_dl.serving.graphs import traced_once


@traced_once
def compact(values: tf.Tensor, known: tf.Tensor, longest: int | None) -> tf.Tensor:
    """The last known entries of each row in order, right-padded with zeros.

    Args:
        values: [B, L] or [B, L, D].
        known: [B, L] bool.
        longest: entries kept of a row; None for all.

    Returns:
        [B, l] or [B, l, D], 1 <= l <= longest.
    """
    rows = tf.ragged.boolean_mask(values, known)
    rows = (rows if longest is None else rows[:, -longest:]).to_tensor()
    at_least_one = [[0, 0], [0, tf.maximum(1 - tf.shape(rows)[1], 0)], [0, 0]]
    return tf.pad(rows, at_least_one[: values.shape.rank])
