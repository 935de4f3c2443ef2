"""Numbers by buckets: piecewise linear encoding."""

import numpy as np
import pytest
import tensorflow as tf

from tests.features.preparations import learnt
from tfrec_dl.features.bucketised_numbers import BucketisedNumbers


def encoded(learned_from, values, buckets: int = 4) -> np.ndarray:
    layer = learnt(BucketisedNumbers(buckets=buckets), np.array(learned_from, dtype=np.float32))
    return layer(tf.constant(values, tf.float32)).numpy()


def test_number_fills_the_buckets_below_it_and_its_own_in_part():
    # Quartiles 0, 1, 2, 10, 100, and whether the number is there.
    found = encoded([0, 1, 2, 10, 100], [0, 0.5, 2, 4, 100])
    expected = [[0, 0, 0, 0], [0.5, 0, 0, 0], [1, 1, 0, 0], [1, 1, 0.25, 0], [1, 1, 1, 1]]
    np.testing.assert_allclose(found, [[*row, 1] for row in expected], rtol=1e-6)


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_missing_number_is_all_zeros_and_the_least_one_is_not(number):
    np.testing.assert_array_equal(encoded([0, 1, 2, number], [number, 0], 2), [[0, 0, 0], [0, 0, 1]])


def test_number_beyond_those_of_the_training_is_taken_for_the_next():
    np.testing.assert_array_equal(encoded([0, 1, 2], [-7, 3e38], 2), [[0, 0, 1], [1, 1, 1]])


def test_buckets_hold_equal_shares_of_values_however_far_the_outliers():
    values = np.concatenate([np.random.default_rng(0).exponential(size=10_000), [1e6]])
    shares = encoded(values, values, buckets=10)[:, :-1]
    bucket = (shares > 0).sum(axis=1)
    assert np.bincount(bucket, minlength=11)[1:].min() > 950


def test_values_that_repeat_make_fewer_buckets():
    np.testing.assert_array_equal(encoded([0] * 90 + [1] * 10, [0, 1], buckets=5), [[0, 1], [1, 1]])


@pytest.mark.parametrize("learned_from", [[], [np.nan], [7, 7, 7]])
def test_numbers_that_are_all_alike_or_missing_only_say_whether_they_are_there(learned_from):
    np.testing.assert_array_equal(encoded(learned_from, [7, np.nan, 3]), [[1], [0], [1]])


def test_numbers_of_the_widest_range_stay_numbers():
    found = encoded([-3e38, 0, 3e38], [-3e38, 0, 3e38], buckets=2)
    np.testing.assert_allclose(found, [[0, 0, 1], [1, 0, 1], [1, 1, 1]])


def test_an_hour_that_matters_in_the_middle_of_the_day_alone_is_learnt():
    """No straight line in the number says it."""
    tf.keras.utils.set_random_seed(0)
    hours = np.random.default_rng(0).uniform(0, 24, 4_000).astype(np.float32)
    labels = ((hours > 11) & (hours < 13)).astype(np.float32)
    config = BucketisedNumbers(buckets=24, units=8)
    prepared = learnt(config, hours)(tf.constant(hours))
    inputs = tf.keras.Input([prepared.shape[1]])
    model = tf.keras.Model(inputs, tf.keras.layers.Dense(1)(config.vector(inputs)))
    model.compile(tf.keras.optimizers.Adam(0.02), tf.keras.losses.BinaryCrossentropy(from_logits=True))
    model.fit(prepared[:3_000], labels[:3_000], batch_size=100, epochs=8, verbose=0)
    predicted = model.predict(prepared[3_000:], verbose=0)[:, 0] > 0
    assert (predicted == labels[3_000:]).mean() > 0.97
