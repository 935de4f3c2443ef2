import numpy as np
import pytest

from tfrec_dl.serving.ivf.clusters import LARGEST, clustered, means, nearest

GENERATOR = np.random.default_rng(0)


def vectors(count, seed=1):
    """Vectors whose norms fall as those of trained items do."""
    generator = np.random.default_rng(seed)
    return (
        generator.standard_normal((count, 5), np.float32) / np.sqrt(np.arange(1, count + 1, dtype=np.float32))[:, None]
    )


def test_lists_hold_what_lies_together():
    centres = 100 * np.eye(5, dtype=np.float32)
    group = GENERATOR.permutation(np.repeat(np.arange(5), 40))
    labels = clustered(centres[group] + GENERATOR.standard_normal((200, 5), np.float32), 25)
    assert {len(set(group[labels == each])) for each in set(labels)} == {1}


@pytest.mark.parametrize("count", [1, 2, 30, 3_000])
def test_each_vector_is_in_one_of_lists_without_gaps_and_none_is_far_above_the_mean(count):
    labels = clustered(vectors(count), 30)
    sizes = np.bincount(labels)
    assert sizes.sum() == count
    assert sizes.min() > 0
    assert sizes.max() <= LARGEST * -(-count // min(30, count))


def test_vectors_that_are_all_alike_are_divided_too():
    sizes = np.bincount(clustered(np.ones([3_000, 4], np.float32), 30))
    assert sizes.sum() == 3_000
    assert sizes.max() <= LARGEST * 100


def test_a_seed_decides_all():
    assert np.array_equal(clustered(vectors(2_000), 20, seed=3), clustered(vectors(2_000), 20, seed=3))


def test_nearest_is_by_distance_and_the_first_of_equals():
    centres = np.array([[0, 0], [10, 0], [10, 0]], np.float32)
    assert nearest(np.array([[4, 0], [6, 0], [90, 0]], np.float32), centres).tolist() == [0, 1, 1]


def test_means_are_those_of_the_lists_and_zero_where_one_is_empty():
    rows = vectors(50)
    labels = np.arange(50) % 3 * 2
    found = means(rows, labels, 6)
    for each in (0, 2, 4):
        np.testing.assert_allclose(found[each], rows[labels == each].mean(axis=0), rtol=1e-5, atol=1e-6)
    assert not found[[1, 3, 5]].any()
