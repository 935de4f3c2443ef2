"""Linear recurrent unit: a complex diagonal recurrence, computed without a loop over time.

Source: Orvieto et al., Resurrecting Recurrent Neural Networks for Long Sequences, ICML 2023 (equations 5 to 8); Yue et
al., Linear Recurrent Units for Sequential Recommendation, WSDM 2024 (section 3.3).
"""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

Pair = tuple[tf.Tensor, tf.Tensor]  # real and imaginary parts


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class LinearRecurrence(tf.keras.layers.Layer):
    """Computes h[t] = lambda h[t - 1] + gamma B x[t] with complex diagonal lambda; returns real and imaginary parts.

    Args:
        units: number of complex components of the state.
        slowest: upper bound of |lambda| at initialization.
        fastest: lower bound of |lambda| at initialization.
    """

    def __init__(self, units: int, slowest: float = 0.999, fastest: float = 0.8, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.slowest = slowest
        self.fastest = fastest

    def build(self, input_shape: tf.TensorShape) -> None:
        """Creates lambda, gamma and B; |lambda| < 1 for any values of the weights."""

        def log_decay(shape: tf.TensorShape, dtype: tf.DType) -> tf.Tensor:  # uniform in the ring
            squared = tf.random.uniform(shape, self.fastest**2, self.slowest**2, dtype)
            return tf.math.log(-0.5 * tf.math.log(squared))

        def log_angle(shape: tf.TensorShape, dtype: tf.DType) -> tf.Tensor:
            return tf.math.log(tf.random.uniform(shape, 1e-3, 2 * np.pi, dtype))

        self.log_decay = self.add_weight("log_decay", [self.units], initializer=log_decay)
        self.log_angle = self.add_weight("log_angle", [self.units], initializer=log_angle)
        # This scale gives the state the variance of the input if that is white noise, however slow the decay.
        self.log_scale = self.add_weight(
            "log_scale",
            [self.units],
            initializer=lambda shape, dtype: 0.5 * tf.math.log(1 - tf.exp(-2 * tf.exp(self.log_decay))),
        )
        width = int(input_shape[-1])
        self.kernel = self.add_weight("kernel", [width, 2 * self.units], initializer="glorot_uniform")
        super().build(input_shape)

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """[B, L, E] -> [B, L, 2 units]; a state depends only on its own and earlier positions."""
        scale = tf.exp(self.log_scale)
        driven = tf.matmul(inputs, self.kernel * tf.concat([scale, scale], axis=0))
        size, angle = tf.exp(-tf.exp(self.log_decay)), tf.exp(self.log_angle)
        states = recurrence(
            driven[..., : self.units], driven[..., self.units :], size * tf.cos(angle), size * tf.sin(angle)
        )
        return tf.concat(states, axis=-1)

    def get_config(self) -> dict:
        """Returns the arguments needed to rebuild the layer."""
        return {**super().get_config(), "units": self.units, "slowest": self.slowest, "fastest": self.fastest}


@tf.custom_gradient
def recurrence(
    real: tf.Tensor, imaginary: tf.Tensor, decay_real: tf.Tensor, decay_imaginary: tf.Tensor
) -> tuple[Pair, Callable[..., tuple[tf.Tensor, ...]]]:
    """Computes h[t] = decay h[t - 1] + x[t] for x of [B, L, N] and decay of [N].

    The gradient is the same recurrence run backwards in time, so only the states are kept for it.
    """
    states = _doubled(real, imaginary, decay_real, decay_imaginary)

    def gradient(grad_real: tf.Tensor, grad_imaginary: tf.Tensor) -> tuple[tf.Tensor, ...]:
        backwards = _doubled(tf.reverse(grad_real, [1]), tf.reverse(grad_imaginary, [1]), decay_real, -decay_imaginary)
        found_real, found_imaginary = (tf.reverse(part, [1]) for part in backwards)
        before_real, before_imaginary = (tf.pad(part[:, :-1], [[0, 0], [1, 0], [0, 0]]) for part in states)
        by_real = tf.reduce_sum(found_real * before_real + found_imaginary * before_imaginary, axis=[0, 1])
        by_imaginary = tf.reduce_sum(found_imaginary * before_real - found_real * before_imaginary, axis=[0, 1])
        return found_real, found_imaginary, by_real, by_imaginary

    return states, gradient


def _doubled(real: tf.Tensor, imaginary: tf.Tensor, power_real: tf.Tensor, power_imaginary: tf.Tensor) -> Pair:
    """Computes the recurrence in log2(L) steps, each of which doubles the span summed so far."""
    length = tf.shape(real)[1]

    def step(reach: tf.Tensor, real: tf.Tensor, imaginary: tf.Tensor, a: tf.Tensor, b: tf.Tensor) -> tuple:
        padding = [[0, 0], [reach, 0], [0, 0]]
        earlier_real = tf.pad(real[:, : length - reach], padding)
        earlier_imaginary = tf.pad(imaginary[:, : length - reach], padding)
        return (
            2 * reach,
            real + a * earlier_real - b * earlier_imaginary,
            imaginary + a * earlier_imaginary + b * earlier_real,
            a * a - b * b,
            2 * a * b,
        )

    shapes = tf.TensorShape([]), real.shape, imaginary.shape, power_real.shape, power_imaginary.shape
    _, real, imaginary, *_ = tf.while_loop(
        lambda reach, *_: reach < length,
        step,
        (tf.constant(1), real, imaginary, power_real, power_imaginary),
        shape_invariants=shapes,
    )
    return real, imaginary
