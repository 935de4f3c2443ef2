"""The linear recurrence against a loop over time, and what it cannot see."""

import numpy as np
import pytest
import tensorflow as tf

from tfrec_dl.encoders.linear_recurrence import LinearRecurrence, recurrence


def by_loop(inputs, decay):
    """h[t] = decay h[t - 1] + x[t] of complex [B, L, N] and [N]."""
    state, states = tf.zeros_like(inputs[:, 0]), []
    for step in range(inputs.shape[1]):
        state = decay * state + inputs[:, step]
        states.append(state)
    return tf.stack(states, axis=1)


@pytest.mark.parametrize("length", [1, 2, 7, 16])
def test_states_and_gradients_equal_those_of_a_loop(length):
    tf.random.set_seed(length)
    real, imaginary, along, across = (tf.random.normal([2, length, 3]) for _ in range(4))
    decay_real, decay_imaginary = (tf.random.uniform([3], -0.7, 0.7) for _ in range(2))
    variables = [real, imaginary, decay_real, decay_imaginary]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(variables)
        found = recurrence(*variables)
        expected = by_loop(tf.complex(real, imaginary), tf.complex(decay_real, decay_imaginary))
        sums = [
            tf.reduce_sum(first * along + second * across)
            for first, second in (found, (tf.math.real(expected), tf.math.imag(expected)))
        ]
    assert found[0].numpy() == pytest.approx(tf.math.real(expected).numpy(), abs=1e-5)
    assert found[1].numpy() == pytest.approx(tf.math.imag(expected).numpy(), abs=1e-5)
    for ours, theirs in zip(*(tape.gradient(total, variables) for total in sums), strict=True):
        assert ours.numpy() == pytest.approx(theirs.numpy(), rel=1e-4, abs=1e-4)


def test_states_of_noise_have_the_noise_s_variance_and_decay():
    tf.random.set_seed(0)
    layer = LinearRecurrence(64, slowest=0.99, fastest=0.8)
    states = layer(tf.random.normal([8, 400, 32])).numpy()
    driven = np.square(layer.kernel.numpy()).sum(axis=0).mean()
    assert np.square(states[:, 300:]).mean() == pytest.approx(driven, rel=0.15)
    size = np.exp(-np.exp(layer.log_decay.numpy()))
    assert ((size > 0.8) & (size < 0.99)).all()
    impulse = np.abs(layer(tf.constant([[[1.0] * 32] + [[0.0] * 32] * 49])).numpy()[0]).max(axis=1)
    assert impulse[49] < impulse[0]


def test_layer_is_built_again_from_its_description():
    layer = LinearRecurrence(5, slowest=0.9, fastest=0.5)
    again = LinearRecurrence.from_config(layer.get_config())
    assert (again.units, again.slowest, again.fastest) == (5, 0.9, 0.5)
