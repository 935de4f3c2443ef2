"""Padding of empty batches, on which TensorFlow's convolutions fail."""

import tensorflow as tf


def at_least_one(values: tf.types.experimental.TensorLike, axes: int = 1) -> tf.Tensor:
    """Pads the first axes to size 1 where they have size 0, with zeros or ""; other tensors stay as they are.

    Args:
        values: a tensor of known rank, or what makes one.
        axes: how many.
    """
    values = tf.convert_to_tensor(values)
    sizes = tf.unstack(tf.shape(values)[:axes])
    further = [[0, tf.maximum(1 - size, 0)] for size in sizes]
    return tf.pad(values, further + [[0, 0]] * (values.shape.rank - axes))
