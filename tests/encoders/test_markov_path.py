import numpy as np
import pytest
import tensorflow as tf

from tfrec_dl.encoders import MarkovPath


@pytest.mark.parametrize("order", [1, 3, 9])
def test_sums_the_last_items_vectors_weighted_by_recency(order):
    generator = np.random.default_rng(order)
    layer = MarkovPath(12, 4, order=order)
    history = generator.integers(0, 12, size=(3, 7), dtype=np.int32)
    layer(history)
    table, recency = generator.normal(size=(12, 4)), generator.normal(size=order)
    layer.transitions.set_weights([table])
    layer.recency.assign(recency)

    expected = np.zeros((3, 7, 4))
    for row in range(3):
        for position in range(7):
            for lag in range(order):
                if position - lag >= 0:
                    expected[row, position] += recency[lag] * table[history[row, position - lag]]
    np.testing.assert_allclose(layer(history), expected, rtol=1e-5, atol=1e-5)


def test_starts_silent_so_that_training_begins_from_the_encoder_alone():
    assert not np.any(MarkovPath(12, 4)(tf.constant([[2, 3, 4]])))


def test_each_item_counts_half_of_the_one_after_it_at_first():
    layer = MarkovPath(12, 4, order=3, decay=0.5)
    layer(tf.constant([[2]]))
    np.testing.assert_array_equal(layer.recency, [1.0, 0.5, 0.25])
