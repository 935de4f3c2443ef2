"""Causal mean: the running mean of a history, a user vector without a user id."""

import tensorflow as tf


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class CausalMean(tf.keras.layers.Layer):
    """Mean over the history up to each position, which represents a user by the items of their history.

    Source: Kabbur et al., FISM: Factored Item Similarity Models for Top-N Recommender Systems, KDD 2013 (equation 4
    with alpha = 1).
    """

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """[B, L, E] -> [B, L, E]."""
        counts = tf.range(1, tf.shape(inputs)[1] + 1)
        return tf.cumsum(inputs, axis=1) / tf.cast(counts, inputs.dtype)[None, :, None]
