import numpy as np
import pytest
import tensorflow as tf

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


def test_scores_are_dot_products_whatever_columns_are_shared():
    generator = np.random.default_rng(0)
    vectors = generator.normal(size=(11, 6)).astype(np.float32)
    queries = generator.normal(size=(3, 6)).astype(np.float32)
    first, middle = tf.Variable(vectors[:, :2]), tf.Variable(vectors[:, 3:5])
    for shared in ([], [first], [middle], [first, middle], [tf.Variable(vectors)]):
        index = ItemIndex(vectors, shared)
        np.testing.assert_allclose(index.scores(tf.constant(queries)), queries @ vectors.T, rtol=1e-5, atol=1e-6)


def test_columns_that_the_encoder_holds_are_not_stored_again():
    vectors = np.random.default_rng(0).normal(size=(50, 8)).astype(np.float32)
    table = tf.Variable(vectors[:, :7])
    own = [block for block in ItemIndex(vectors, [table]).blocks if block is not table]
    assert sum(block.shape.num_elements() for block in own) == 50


def test_a_table_of_equal_shape_and_other_values_is_not_mistaken_for_the_item_vectors():
    vectors = np.ones((5, 3), np.float32)
    other = tf.Variable(np.full((5, 2), 2, np.float32))
    scores = ItemIndex(vectors, [other, tf.Variable([1.0]), tf.Variable(np.ones((4, 3), np.float32))]).scores
    assert scores(tf.ones([1, 3])).numpy().tolist() == [[3.0] * 5]


def test_vectors_of_padding_and_unknown_are_zero():
    index = ItemIndex(np.array([[np.nan] * 2, [7, 7], [1, 1], [1, 1]], np.float32))
    assert index.vectors(tf.constant([0, 1, 3])).numpy().tolist() == [[0, 0], [0, 0], [1, 1]]
