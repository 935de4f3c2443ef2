"""ReZero: a trained weight of a residual branch that starts at 0."""

import tensorflow as tf


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class ReZero(tf.keras.layers.Layer):
    """Multiplies by a trained number that starts at 0, so that a deep residual network starts as the identity.

    Source: Bachlechner et al., ReZero is All You Need: Fast Convergence at Large Depth, UAI 2021 (equation 1).
    """

    def build(self, input_shape: tf.TensorShape) -> None:
        """Creates the number."""
        self.scale = self.add_weight("scale", [], initializer="zeros")
        super().build(input_shape)

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Tensor of any shape -> the same shape."""
        return self.scale * inputs
