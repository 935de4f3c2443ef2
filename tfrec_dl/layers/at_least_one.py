"""Pads empty batches, on which TensorFlow's convolutions fail."""

import tensorflow as tf


def at_least_one(values: tf.types.experimental.TensorLike, axes: int = 1) -> tf.Tensor:
    """Pads leading axes of size 0 to size 1, with zeros or ""; other tensors are returned unchanged.

    Args:
        values: a tensor of known rank, or a value that can be converted to one.
        axes: number of leading axes.
    """
    values = tf.convert_to_tensor(values)
    sizes = tf.unstack(tf.shape(values)[:axes])
    further = [[0, tf.maximum(1 - size, 0)] for size in sizes]
    return tf.pad(values, further + [[0, 0]] * (values.shape.rank - axes))
