"""Conversion of rows of different lengths to tensors."""

import tensorflow as tf

from tfrec_dl.serving.graphs import traced_once


@traced_once
def compact(values: tf.Tensor, known: tf.Tensor, longest: int | None) -> tf.Tensor:
    """Moves the last known entries of each row to its start, in order, and pads the rest with zeros.

    Args:
        values: [B, L] or [B, L, D].
        known: [B, L] bool.
        longest: maximum number of entries to keep per row; None for all.

    Returns:
        [B, l] or [B, l, D], 1 <= l <= longest.
    """
    rows = tf.ragged.boolean_mask(values, known)
    rows = (rows if longest is None else rows[:, -longest:]).to_tensor()
    at_least_one = [[0, 0], [0, tf.maximum(1 - tf.shape(rows)[1], 0)], [0, 0]]
    return tf.pad(rows, at_least_one[: values.shape.rank])
