"""The sum over all items in blocks: as in one piece, in value and gradients."""

import numpy as np
import pytest
import tensorflow as tf

from tfrec_dl.losses import log_partition as module
from tfrec_dl.losses.log_partition import block_rows, log_partition


@pytest.mark.parametrize("queries", [0, 1, 7, 12])
def test_blocks_have_the_value_and_the_gradients_of_one_piece(monkeypatch, queries):
    monkeypatch.setattr(module, "BLOCK_SCORES", 20)  # four queries with five items each
    rng = np.random.default_rng(0)
    states, items = (
        tf.constant(rng.normal(size=[queries, 3]), tf.float32),
        tf.constant(rng.normal(size=[5, 3]), tf.float32),
    )
    upstream = tf.constant(rng.normal(size=[queries]), tf.float32)
    found, expected = (
        _value_and_gradients(sums, states, items, upstream)
        for sums in (
            tf.function(log_partition),
            lambda states, items: tf.reduce_logsumexp(tf.linalg.matmul(states, items, transpose_b=True), axis=1),
        )
    )
    for ours, plain in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, plain, rtol=1e-5, atol=1e-6)


def test_huge_scores_stay_finite():
    value = log_partition(tf.constant([[1e4], [-1e4]]), tf.constant([[1.0], [2.0]]))
    np.testing.assert_allclose(value, [2e4, -1e4])


def test_a_block_holds_a_bounded_number_of_scores():
    assert block_rows(1_000) * 1_000 <= module.BLOCK_SCORES < (block_rows(1_000) + 1) * 1_000
    assert block_rows(10 * module.BLOCK_SCORES) == 1


def _value_and_gradients(sums, states, items, upstream):
    with tf.GradientTape() as tape:
        tape.watch([states, items])
        value = sums(states, items)
        weighed = tf.reduce_sum(value * upstream)
    return [value, *tape.gradient(weighed, [states, items])]
