"""A linear model with factorized interactions between all pairs of features."""

import tensorflow as tf


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class FactorizationMachine(tf.keras.layers.Layer):
    """Maps features [B, D] to w · z + sum over i < j of (v_i · v_j) z_i z_j, [B, 1].

    Source: Rendle, Factorization Machines, ICDM 2010, equation 1 and lemma 3.1; DeepCoNN's top layer (Zheng, Noroozi
    and Yu, WSDM 2017, equation 9). The global bias is left to the caller.

    Args:
        factors: length of the vectors v; 0 keeps only the linear part.
    """

    def __init__(self, factors: int, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.factors = factors

    def build(self, input_shape: tf.TensorShape) -> None:
        """Creates w [D, 1], initially zero, and v [D, factors]."""
        width = int(input_shape[-1])
        self.linear = self.add_weight("linear", [width, 1], initializer="zeros")
        if self.factors:
            normal = tf.keras.initializers.RandomNormal(stddev=0.01)
            self.vectors = self.add_weight("vectors", [width, self.factors], initializer=normal)

    def call(self, features: tf.Tensor) -> tf.Tensor:
        """Computes linear part and interactions in time D x factors."""
        linear = tf.matmul(features, self.linear)
        if not self.factors:
            return linear
        of_sum = tf.square(tf.matmul(features, self.vectors))
        sum_of = tf.matmul(tf.square(features), tf.square(self.vectors))
        return linear + 0.5 * tf.reduce_sum(of_sum - sum_of, axis=1, keepdims=True)

    def get_config(self) -> dict:
        """Returns the arguments needed to build the layer again."""
        return {**super().get_config(), "factors": self.factors}
