"""InfoNCE: a contrastive loss over vectors that may have several positives."""

import tensorflow as tf


def info_nce(
    first: tf.Tensor, second: tf.Tensor, positive: tf.Tensor, negative: tf.Tensor, temperature: float
) -> tf.Tensor:
    """Averages -log(e^p / (e^p + sum of e^n over the negatives)) over each row's positives; p and n are scores.

    Args:
        first: [N, D] vectors.
        second: [M, D] vectors; a score is a dot product divided by the temperature.
        positive: [N, M] bool, pairs that belong together.
        negative: [N, M] bool, pairs that do not; other pairs are ignored.
        temperature: above 0.

    Returns:
        [N] float32; 0 for a row without positives or without negatives.
    """
    scores = tf.linalg.matmul(first, second, transpose_b=True) / temperature
    against = tf.reduce_logsumexp(tf.where(negative, scores, scores.dtype.min), axis=1, keepdims=True)
    chosen = tf.cast(positive, scores.dtype)
    losses = tf.reduce_sum(tf.nn.softplus(against - scores) * chosen, axis=1)
    return tf.math.divide_no_nan(losses, tf.reduce_sum(chosen, axis=1))
