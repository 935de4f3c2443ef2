"""A state knows its history and nothing of what comes later: neither items nor padding."""

from dataclasses import fields

import numpy as np
import pytest
import tensorflow as tf

from tfrec_dl.encoders import ENCODERS, Encoder, MarkovPath, sequence_encoder

VOCABULARY, LENGTH, DIMENSION = 30, 14, 6
SMALL = {"units": 8, "channels": 8, "layers": 2, "dropout": 0.3, "window": 4, "dilations": (1, 2)}


def small(body: type[Encoder]) -> Encoder:
    """An encoder with what it has of the small settings."""
    return body(**{field.name: SMALL[field.name] for field in fields(body) if field.name in SMALL})


# Every registered encoder that reads the history, a new one too.
BODIES = [small(body) for body in ENCODERS.classes() if body().reads_history()]


@pytest.fixture(scope="module", params=BODIES, ids=lambda body: body.name)
def encoder(request) -> tf.keras.Model:
    """The body in its frame with every option in use, and weights that are all different."""
    tf.keras.utils.set_random_seed(1)
    encoder = sequence_encoder(
        5,
        request.param.states,
        DIMENSION,
        item_dropout=0.2,
        embedding_dropout=0.2,
        state_dropout=0.2,
        short_path=MarkovPath(VOCABULARY, DIMENSION, order=3),
    )
    generator = np.random.default_rng(1)
    for variable in encoder.trainable_variables:
        variable.assign_add(generator.normal(scale=0.2, size=variable.shape).astype(np.float32))
    history = tf.keras.Input([None], dtype=tf.int32)
    embedding = tf.keras.layers.Embedding(VOCABULARY, 5)
    return tf.keras.Model(history, encoder({"history": history, "embedded": embedding(history)}))


@pytest.fixture(scope="module")
def history() -> np.ndarray:
    return np.random.default_rng(2).integers(2, VOCABULARY, size=LENGTH, dtype=np.int32)


def states_where_the_future_differs(encoder, history, future):
    """States of the history, and of copies of it that go on with `future` after position 0, 1, ...; same shapes."""
    copies = np.tile(history, (LENGTH, 1))
    changed = np.where(np.arange(LENGTH) > np.arange(LENGTH)[:, None], future, copies)
    assert (changed[:-1] != copies[:-1]).any(axis=1).all()
    return encoder(copies, training=False).numpy(), encoder(changed, training=False).numpy()


def test_states_have_a_row_a_position(encoder, history):
    states = encoder(history[None], training=False)
    assert states.shape == (1, LENGTH, DIMENSION)
    assert states.dtype == tf.float32


def test_state_is_bitwise_the_same_whatever_items_follow(encoder, history):
    later = (history - 2 + 7) % (VOCABULARY - 2) + 2
    states, changed = states_where_the_future_differs(encoder, history, later)
    for position in range(LENGTH):
        np.testing.assert_array_equal(states[position, : position + 1], changed[position, : position + 1])
        assert position == LENGTH - 1 or (states[position, position + 1 :] != changed[position, position + 1 :]).any()


def test_state_is_bitwise_the_same_when_padding_follows(encoder, history):
    states, padded = states_where_the_future_differs(encoder, history, 0)
    for position in range(LENGTH):
        np.testing.assert_array_equal(states[position, : position + 1], padded[position, : position + 1])


def test_state_is_that_of_the_truncated_history(encoder, history):
    states = encoder(history[None], training=False).numpy()[0]
    for position in range(LENGTH):
        truncated = encoder(history[None, : position + 1], training=False).numpy()[0]
        np.testing.assert_allclose(states[position], truncated[-1], rtol=0, atol=1e-6)


def test_state_does_not_depend_on_the_other_rows_of_the_batch(encoder, history):
    alone = encoder(history[None], training=False).numpy()[0]
    others = np.random.default_rng(3).integers(0, VOCABULARY, size=(4, LENGTH), dtype=np.int32)
    together = encoder(np.vstack([others, history]), training=False).numpy()[-1]
    np.testing.assert_allclose(together, alone, rtol=0, atol=1e-6)


def test_state_depends_on_the_order_of_the_items(encoder, history):
    swapped = history.copy()
    swapped[[-2, -1]] = history[[-1, -2]]
    states = encoder(np.stack([history, swapped]), training=False).numpy()
    assert np.abs(states[0, -1] - states[1, -1]).max() > 1e-3


def test_dropout_works_in_training_only(encoder, history):
    answers = [encoder(history[None], training=training).numpy() for training in (False, False, True, True)]
    np.testing.assert_array_equal(answers[0], answers[1])
    assert (answers[0] != answers[2]).any()
    assert (answers[2] != answers[3]).any()
