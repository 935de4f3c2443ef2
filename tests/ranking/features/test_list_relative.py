"""Numbers beside those of the same list, against loops."""

import numpy as np
import pytest
import tensorflow as tf

from tfrec_dl.ranking.features.list_relative import list_relative, list_sizes


def relative(values, lists) -> np.ndarray:
    return np.array(list_relative(tf.constant(values, tf.float32), tf.constant(lists, tf.int32)))


def test_ranks_and_distances_by_hand():
    # Mean 4, deviation 2 sqrt 2 of the first list; a list of one; ties.
    found = relative([2, 8, 2, 4, 7, 1, 1], [0, 0, 0, 0, 1, 2, 2])
    np.testing.assert_allclose(found[0], [0, 1, 0, 2 / 3, 0.5, 0, 0], rtol=1e-6)
    np.testing.assert_allclose(found[1], [-2 / 6**0.5, 4 / 6**0.5, -2 / 6**0.5, 0, 0, 0, 0], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_ranks_and_distances_are_those_of_a_loop(seed):
    generator = np.random.default_rng(seed)
    lists = np.repeat(np.arange(12), generator.integers(1, 9, 12))
    values = generator.integers(-3, 4, len(lists)).astype(np.float32)
    values[generator.random(len(lists)) < 0.3] = np.nan
    found = relative(values, lists)
    for row, value in enumerate(values):
        others = values[(lists == lists[row]) & ~np.isnan(values)]
        if np.isnan(value):
            assert np.isnan(found[:, row]).all()
            continue
        rank = 0.5 if len(others) == 1 else (others < value).sum() / (len(others) - 1)
        distance = (value - others.mean()) / others.std() if others.std() else 0
        np.testing.assert_allclose(found[:, row], [rank, distance], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("value", [0.1, 1e-7, 123456.7, 3e8])
@pytest.mark.parametrize("count", [3, 7, 25])
def test_numbers_that_are_all_alike_are_at_no_distance(value, count):
    """Though their mean may be rounded to another number."""
    found = relative([value] * count, [0] * count)
    np.testing.assert_array_equal(found, np.zeros((2, count)))


def test_nothing_and_missing_numbers_alone_are_no_error():
    assert relative([], []).shape == (2, 0)
    assert np.isnan(relative([np.nan, np.nan], [0, 0])).all()


def test_sizes_of_lists():
    assert list_sizes(tf.constant([0, 0, 0, 1, 2, 2])).numpy().tolist() == [3, 3, 3, 1, 2, 2]
