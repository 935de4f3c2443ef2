"""The autoencoder's encoder against a plain sum over the items."""

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest
import tensorflow as tf

from tfrec_dl.retrieval.autoencoder.encoder import autoencoder

VOCABULARY, LENGTH = 20, 6
ACTIVATIONS: dict[str, Callable] = {
    "tanh": np.tanh,
    "elu": lambda values: np.where(values > 0, values, np.expm1(values)),
}


class Encoder:
    """The encoder behind a table of random rows, with biases that are not 0."""

    def __init__(self, units=(4, 3), activation="tanh", **settings):
        tf.keras.utils.set_random_seed(0)
        self.network = autoencoder(units, activation, **settings)
        generator = np.random.default_rng(1)
        for variable in self.network.trainable_variables:
            variable.assign(generator.normal(size=variable.shape).astype(np.float32))
        self.bias, *self.layers = [variable.numpy() for variable in self.network.trainable_variables]
        self.table = generator.normal(size=(VOCABULARY, units[0])).astype(np.float32)
        self.activation = ACTIVATIONS[activation]

    def __call__(self, history, training=False) -> np.ndarray:
        history = np.atleast_2d(np.asarray(history, np.int32))
        return self.network({"history": history, "embedded": self.table[history]}, training=training).numpy()

    def naive(self, items) -> np.ndarray:
        """The state of a set of items."""
        values = self.activation(sum((self.table[item] for item in items), 0.0) / max(len(items), 1) ** 0.5 + self.bias)
        for kernel, bias in zip(self.layers[::2], self.layers[1::2], strict=True):
            values = self.activation(values @ kernel + bias)
        return values


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("units", [(4,), (4, 3), (5, 2, 3)], ids=str)
def test_state_is_the_network_of_the_purchase_vector_of_length_1_at_each_position(units, activation):
    encoder = Encoder(units, activation)
    history = [5, 3, 11, 7]
    states = encoder(history)[0]
    assert states.shape == (4, units[-1])
    for position in range(4):
        np.testing.assert_allclose(states[position], encoder.naive(history[: position + 1]), rtol=1e-4, atol=1e-5)


def test_order_of_the_items_does_not_matter():
    encoder = Encoder()
    np.testing.assert_allclose(encoder([5, 3, 11, 7])[0, -1], encoder([7, 11, 5, 3])[0, -1], rtol=1e-5, atol=1e-6)


def test_state_is_the_same_whatever_items_or_padding_follow():
    encoder = Encoder()
    alone, followed, padded = encoder([5, 3, 0, 0])[0], encoder([5, 3, 9, 4])[0], encoder([[5, 3], [2, 8]])[0]
    np.testing.assert_array_equal(alone[:2], followed[:2])
    # Kernels may add up another row of a block, or a block of another shape, in another order.
    np.testing.assert_allclose(alone[:2], padded, rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(alone[1], alone[3], rtol=1e-5, atol=1e-7)  # padding adds nothing
    assert np.abs(followed[3] - alone[3]).max() > 1e-3


def test_empty_history_is_a_state_of_numbers():
    encoder = Encoder()
    np.testing.assert_allclose(encoder([0, 0])[0, 1], encoder.naive([]), rtol=1e-5)


def test_items_are_hidden_in_training_as_if_they_had_not_been_met():
    """Each state is that of some of the three items, and all of the eight sets come up."""
    encoder = Encoder(item_dropout=0.5)
    sets = {
        kept: encoder.naive([item for item, shown in zip((5, 3, 11), kept, strict=True) if shown])
        for kept in product((0, 1), repeat=3)
    }
    found = []
    for state in encoder(np.tile([5, 3, 11], (400, 1)), training=True)[:, -1]:
        near = [kept for kept, expected in sets.items() if np.allclose(state, expected, atol=1e-5)]
        found += near[:1]
        assert near
    assert set(found) == set(sets)
    assert np.mean(found) == pytest.approx(0.5, abs=0.06)


def test_an_item_hidden_is_hidden_from_all_later_positions_too():
    encoder = Encoder(item_dropout=0.5)
    history = [5, 3, 11]
    states = encoder(np.tile(history, (50, 1)), training=True)
    for row in states:
        for kept in product((0, 1), repeat=3):
            shown = [[item for item, keep in zip(history[: end + 1], kept, strict=False) if keep] for end in range(3)]
            if all(
                np.allclose(state, encoder.naive(items), atol=1e-5) for state, items in zip(row, shown, strict=True)
            ):
                break
        else:
            pytest.fail("states of one history are not of one set of hidden items")


@pytest.mark.parametrize("setting", ["item_dropout", "state_dropout"])
def test_dropout_works_in_training_only(setting):
    encoder = Encoder(**{setting: 0.5})
    history = np.arange(2, 2 + LENGTH)
    np.testing.assert_array_equal(encoder(history), encoder(history))
    np.testing.assert_allclose(encoder(history)[0, -1], encoder.naive(history), rtol=1e-4, atol=1e-5)
    assert (encoder(history, training=True) != encoder(history, training=True)).any()


def test_matrices_between_hidden_layers_are_regularised_and_biases_are_not():
    encoder = Encoder((4, 3, 2), regularizer=tf.keras.regularizers.L2(0.5))
    expected = 0.5 * sum((kernel**2).sum() for kernel in encoder.layers[::2])
    assert float(sum(encoder.network.losses)) == pytest.approx(expected, rel=1e-5)
