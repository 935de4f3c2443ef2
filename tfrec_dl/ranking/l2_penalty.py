"""L2 penalty on vectors, in proportion to how often they are read."""

import tensorflow as tf


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class L2Penalty(tf.keras.layers.Layer):
    """Returns vectors unchanged, and adds their mean squared length to the loss.

    The mean is over the vectors that a batch reads, so a vector is regularized as often as it is trained, and others
    are unaffected. This is the regularization of matrix factorization (Koren, Bell and Volinsky, IEEE Computer 2009,
    equation 2).

    Args:
        weight: weight of the mean in the loss.
    """

    def __init__(self, weight: float, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.weight = weight

    def call(self, vectors: tf.Tensor, read: tf.Tensor | None = None) -> tf.Tensor:
        """Takes vectors [..., K]; only those with `read` [...] bool count, or all for None."""
        squares = tf.reduce_sum(tf.square(vectors), axis=-1)
        counted = tf.ones_like(squares) if read is None else tf.cast(read, squares.dtype)
        self.add_loss(self.weight * tf.math.divide_no_nan(tf.reduce_sum(squares * counted), tf.reduce_sum(counted)))
        return tf.identity(vectors)

    def get_config(self) -> dict:
        """Returns the arguments needed to build the layer again."""
        return {**super().get_config(), "weight": self.weight}
