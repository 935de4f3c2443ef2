"""NextItNet reaches as far back as its dilations say."""

from itertools import product

import numpy as np
import pytest
import tensorflow as tf

from tfrec_dl.encoders import NextItNet

LENGTH, WIDTH = 24, 4


def lags_that_matter(body: NextItNet) -> set[int]:
    """How many steps back a change of the input changes the last state."""
    tf.keras.utils.set_random_seed(3)
    embedded = tf.keras.Input([None, WIDTH])
    model = tf.keras.Model(embedded, body.states(embedded))
    for number in range(1, len(body.dilations) + 1):  # a new block is the identity
        model.get_layer(f"block_{number}_scale").scale.assign(1.0)
    history = np.random.default_rng(3).normal(size=(LENGTH, WIDTH)).astype(np.float32)
    changed = np.tile(history, (LENGTH + 1, 1, 1))
    for lag in range(LENGTH):
        changed[lag, LENGTH - 1 - lag] += 1.0
    last = model(changed, training=False).numpy()[:, -1]
    return {lag for lag in range(LENGTH) if (last[lag] != last[-1]).any()}


@pytest.mark.parametrize(
    ("dilations", "kernel_size"), [((1,), 2), ((1, 4), 2), ((3,), 3), ((2, 2), 2), ((1,), 1), ((1, 2), 3)]
)
def test_receptive_field_is_what_the_dilations_say(dilations, kernel_size):
    body = NextItNet(dilations=dilations, kernel_size=kernel_size, channels=8)
    rates = [rate for dilation in dilations for rate in (dilation, 2 * dilation)]
    taps = [[tap * rate for tap in range(kernel_size)] for rate in rates]
    expected = {sum(lags) for lags in product(*taps)}
    assert lags_that_matter(body) == {lag for lag in expected if lag < LENGTH}


def test_a_new_network_is_the_identity():
    embedded = tf.keras.Input([None, WIDTH])
    model = tf.keras.Model(embedded, NextItNet(dilations=(1, 2), channels=WIDTH).states(embedded))
    history = np.random.default_rng(4).normal(size=(2, 5, WIDTH)).astype(np.float32)
    np.testing.assert_array_equal(model(history, training=False), history)
