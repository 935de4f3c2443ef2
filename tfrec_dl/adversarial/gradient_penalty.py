"""Gradient penalty of a critic."""

from collections.abc import Callable

import tensorflow as tf

Critic = Callable[[tf.Tensor], tf.Tensor]


def gradient_penalty(critic: Critic, real: tf.Tensor, fake: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Mean of (slope - 1) squared between real and generated examples (Gulrajani et al., 2017, equation 3).

    Args:
        critic: function from examples [N, ...] to logits [N] or [N, 1].
        real: [N, ...] float32.
        fake: [N, ...] float32.
        seed: [2] int32, seed of the places at which the slope is measured.

    Returns:
        A scalar.
    """
    shape = tf.concat([tf.shape(real)[:1], tf.ones([tf.rank(real) - 1], tf.int32)], axis=0)
    share = tf.random.stateless_uniform(shape, seed)
    between = share * real + (1.0 - share) * fake
    with tf.GradientTape() as tape:
        tape.watch(between)
        logits = critic(between)
    gradients = tf.reshape(tape.gradient(logits, between), [tf.shape(between)[0], -1])
    slope = tf.sqrt(tf.reduce_sum(tf.square(gradients), axis=1) + 1e-12)
    return tf.reduce_mean(tf.square(slope - 1.0))
