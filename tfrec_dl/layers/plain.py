"""Weightless layers used instead of Lambda layers, which Keras saves but refuses to load."""

from collections.abc import Sequence

import tensorflow as tf


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class Shift(tf.keras.layers.Layer):
    """Adds a number.

    Args:
        by: the number.
    """

    def __init__(self, by: float, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.by = by

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Tensor of any shape -> the same shape."""
        return inputs + self.by

    def get_config(self) -> dict:
        """Returns the arguments needed to rebuild the layer."""
        return {**super().get_config(), "by": self.by}


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class StackVectors(tf.keras.layers.Layer):
    """Stacks vectors along a new axis."""

    def call(self, inputs: Sequence[tf.Tensor]) -> tf.Tensor:
        """N vectors [N, D] -> [N, n, D]."""
        return tf.stack(inputs, axis=1)


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class Zeros(tf.keras.layers.Layer):
    """Replaces vectors by zeros.

    Args:
        width: width of the zeros; None for the width of the vectors.
    """

    def __init__(self, width: int | None = None, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.width = width

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """[..., D] -> [..., width]."""
        return tf.zeros_like(inputs[..., : self.width])

    def get_config(self) -> dict:
        """Returns the arguments needed to rebuild the layer."""
        return {**super().get_config(), "width": self.width}


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class AsNumbers(tf.keras.layers.Layer):
    """Converts booleans to 1 and 0, each a vector of one component."""

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Bool [...] -> float32 [..., 1]."""
        return tf.cast(inputs, tf.float32)[..., None]
