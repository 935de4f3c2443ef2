"""Whether a candidate is among the user's past items, and how long ago."""

import tensorflow as tf


class HistoryMatch(tf.keras.layers.Layer):
    """Four numbers a row: the candidate is in the history, how often (log), how recently, and whether it came last.

    Recency is 1 for the last event, 1/2 for the one before it, and so on. Items are compared by keys, so an item that
    no vocabulary has is known again too.
    """

    def call(self, inputs: tuple[tf.Tensor, tf.Tensor]) -> tf.Tensor:
        """Keys of candidates [R] and histories [R, L], both int64, oldest first, -1 for padding -> [R, 4] float32."""
        candidate, history = inputs
        same = tf.cast((history == candidate[:, None]) & (history != -1), tf.float32)
        length = tf.math.count_nonzero(history != -1, axis=1, keepdims=True, dtype=tf.float32)
        ago = tf.maximum(length - tf.cast(tf.range(tf.shape(history)[1]), tf.float32), 1.0)
        count = tf.reduce_sum(same, axis=1)
        recency = tf.reduce_max(same / ago, axis=1)
        last = tf.cast(recency == 1.0, tf.float32)
        return tf.stack([tf.minimum(count, 1.0), tf.math.log1p(count), recency, last], axis=1)
