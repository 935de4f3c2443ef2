"""Numbers in standard deviations from their mean, and whether they are there."""

import numpy as np
import pytest
import tensorflow as tf

from tests.features.preparations import learnt
from tfrec_dl.features.numbers import Numbers


def standardised(learned_from, values) -> np.ndarray:
    layer = learnt(Numbers(), np.array(learned_from, dtype=np.float32))
    return layer(tf.constant(values, tf.float32)).numpy()


def test_number_is_its_distance_from_the_mean_in_deviations_beside_a_one():
    # Mean 3, deviation 2.
    found = standardised([1, 5, np.nan, 1, 5], [1, 5, 3, 4])
    np.testing.assert_allclose(found, [[-1, 1], [1, 1], [0, 1], [0.5, 1]], rtol=1e-6)


def test_missing_number_is_all_zeros_and_an_average_one_is_not():
    found = standardised([1, 5, np.nan], [np.nan, 3])
    np.testing.assert_array_equal(found, [[0, 0], [0, 1]])


@pytest.mark.parametrize("number", [np.inf, -np.inf])
def test_infinite_number_counts_as_missing(number):
    np.testing.assert_array_equal(standardised([1, 5, number], [number, 3, 5]), [[0, 0], [0, 1], [1, 1]])


@pytest.mark.parametrize("constant", [0.1, 7, 0, -1e30])
def test_equal_numbers_are_in_the_middle(constant):
    np.testing.assert_array_equal(standardised([constant] * 7 + [np.nan], [constant]), [[0, 1]])


def test_another_number_than_the_one_that_all_items_had_keeps_its_distance():
    np.testing.assert_allclose(standardised([0.1] * 10, [0.1, 0.6]), [[0, 1], [0.5, 1]], rtol=1e-5)


@pytest.mark.parametrize("values", [[], [np.nan, np.nan]])
def test_numbers_that_are_all_missing_leave_a_new_one_as_it_is(values):
    np.testing.assert_array_equal(standardised(values, [np.nan, 2]), [[0, 0], [2, 1]])


def test_number_far_away_is_brought_within_five_deviations():
    np.testing.assert_array_equal(standardised([-1, 1], [1e30, -3e38, 4]), [[5, 1], [-5, 1], [4, 1]])


def test_large_numbers_that_differ_little_are_told_apart():
    """Years, or days since 1970: what distinguishes them is small beside what they share."""
    found = standardised([1998, 1999, 2000, 2001, 2002], [1998, 2002])
    np.testing.assert_allclose(found[:, 0], [-np.sqrt(2), np.sqrt(2)], rtol=1e-4)


def test_vector_has_the_width_asked_for():
    assert Numbers(units=7).vector(tf.zeros([3, 2])).shape == (3, 7)
