import numpy as np
import pytest
import tensorflow as tf

from tests.serving.stand_in import random_model
from tfrec_dl.serving.index import LOWEST_SCORE, ItemIndex, top_k


def naive_top_k(scores, masked, k):
    """Sorts every row in Python."""
    found = []
    for row, hidden in zip(scores, masked, strict=True):
        left = [(-score, index) for index, score in enumerate(row) if index > 1 and index not in hidden]
        best = [(index, -score) for score, index in sorted(left)[:k]]
        found.append(best + [(0, LOWEST_SCORE)] * (k - len(best)))
    return found


@pytest.mark.parametrize("k", [1, 7, 22])
def test_equals_a_sort_in_python_with_ties_and_masks(k):
    generator = np.random.default_rng(3)
    scores = generator.integers(-3, 4, size=(50, 24)).astype(np.float32)  # few values: many ties
    masked = generator.integers(0, 24, size=(50, 9)).astype(np.int32)
    indices, best = top_k(tf.constant(scores), tf.constant(masked), k)
    found = [list(zip(*row, strict=True)) for row in zip(indices.numpy(), best.numpy(), strict=True)]
    assert found == naive_top_k(scores, masked, k)


def test_padding_and_unknown_are_never_returned_even_when_they_score_highest_or_nan():
    scores = tf.constant([[9.0, 8.0, 1.0, 2.0], [np.nan, np.nan, 1.0, 2.0]])
    indices, best = top_k(scores, tf.zeros([2, 0], tf.int32), 3)
    assert indices.numpy().tolist() == [[3, 2, 0], [3, 2, 0]]
    assert best.numpy().tolist() == [[2, 1, np.float32(LOWEST_SCORE)]] * 2


def test_places_without_an_item_carry_a_score_that_json_can_hold():
    _, best = top_k(tf.zeros([1, 4]), tf.constant([[2, 3]]), 2)
    assert np.isfinite(best.numpy()).all()


@pytest.mark.parametrize("size", [2_561, 2_562, 2_688])  # groups of 128: one too few columns, one too many, and none
@pytest.mark.parametrize("values", [3, 10_000])  # many ties, and few
def test_maxima_of_groups_change_nothing(size, values):
    generator = np.random.default_rng(size + values)
    scores = generator.integers(-values, values, size=(20, size)).astype(np.float32)
    masked = generator.integers(0, size, size=(20, 300)).astype(np.int32)
    scores[0], masked[1] = -values, 0  # all alike; nothing masked
    scores[2, 2:-3] = LOWEST_SCORE  # three are left, in the last group
    indices, best = top_k(tf.constant(scores), tf.constant(masked), 5)
    found = [list(zip(*row, strict=True)) for row in zip(indices.numpy(), best.numpy(), strict=True)]
    assert [[(int(index), score) for index, score in row] for row in found] == [
        [(index if score > LOWEST_SCORE else 0, score) for index, score in row]
        for row in naive_top_k(scores, masked, 5)
    ]


def test_scores_are_dot_products_and_rows_are_the_vectors():
    generator = np.random.default_rng(0)
    vectors = generator.normal(size=(11, 6)).astype(np.float32)
    queries = generator.normal(size=(3, 6)).astype(np.float32)
    index = ItemIndex(vectors)
    np.testing.assert_allclose(index.scores(tf.constant(queries)), queries @ vectors.T, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(index.all_rows(), vectors)
    np.testing.assert_array_equal(index.rows(tf.constant([[0, 7], [3, 3]])), vectors[[[0, 7], [3, 3]]])


def test_vectors_that_the_encoder_reads_too_are_stored_once():
    for tied in (True, False):
        module = random_model(50, 8, tied).serving_module()
        stored = sum(variable.numpy().size for variable in module.variables if variable.shape.rank == 2)
        assert stored == 52 * 8 + (not tied) * 52 * 7


def test_vectors_of_padding_and_unknown_are_zero():
    index = ItemIndex(np.array([[np.nan] * 2, [7, 7], [1, 1], [1, 1]], np.float32))
    assert index.vectors(tf.constant([0, 1, 3])).numpy().tolist() == [[0, 0], [0, 0], [1, 1]]
