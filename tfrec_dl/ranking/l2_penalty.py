"""An L2 penalty on vectors, by how often they are read."""

import tensorflow as tf


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class L2Penalty(tf.keras.layers.Layer):
    """Gives vectors back, and adds their mean squared length to the loss.

    The mean is over what a batch reads, so a vector is regularised as often as it is learnt from, and no other is
    touched: the regularisation of matrix factorisation (Koren, Bell and Volinsky, IEEE Computer 2009, equation 2).

    Args:
        weight: of the mean in the loss.
    """

    def __init__(self, weight: float, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.weight = weight

    def call(self, vectors: tf.Tensor, read: tf.Tensor | None = None) -> tf.Tensor:
        """Vectors [..., K], of which those count that are `read` [...] bool; None for all."""
        squares = tf.reduce_sum(tf.square(vectors), axis=-1)
        counted = tf.ones_like(squares) if read is None else tf.cast(read, squares.dtype)
        self.add_loss(self.weight * tf.math.divide_no_nan(tf.reduce_sum(squares * counted), tf.reduce_sum(counted)))
        return tf.identity(vectors)

    def get_config(self) -> dict:
        """The arguments to build the layer again."""
        return {**super().get_config(), "weight": self.weight}
