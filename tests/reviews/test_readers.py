import numpy as np
import pytest
import tensorflow as tf

from tfrec_dl.reviews.readers import ReviewAttention, average, largest

DOCUMENTS = np.array([0, 0, 0, 2, 2], dtype=np.int32)  # document 1 is empty
VECTORS = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
LOGITS = np.array([0.3, -2.0, 80.0, 1.0, 1.0], dtype=np.float32)


@pytest.mark.parametrize("logits", [None, LOGITS])
def test_an_average_counts_one_more_review_that_is_zero(logits):
    found = average(VECTORS, DOCUMENTS, 3, None if logits is None else tf.constant(logits)).numpy()
    for document in range(3):
        inside = document == DOCUMENTS
        weights = np.exp(np.float64(np.append((np.zeros(5) if logits is None else logits)[inside], 0.0)))
        vectors = np.vstack([VECTORS[inside], np.zeros(3)])
        assert found[document] == pytest.approx(weights @ vectors / weights.sum(), abs=1e-5)


def test_the_largest_is_taken_over_the_reviews_and_an_empty_one():
    found = largest(VECTORS, DOCUMENTS, 3).numpy()
    assert found[0] == pytest.approx(np.maximum(VECTORS[:3].max(axis=0), 0))
    assert found[1] == pytest.approx([0, 0, 0])
    assert found[2] == pytest.approx(np.maximum(VECTORS[3:].max(axis=0), 0))


def test_attention_starts_from_equal_weights_and_tells_writers_apart_once_it_has_weights():
    importance = ReviewAttention().importance(width=3, others=4)
    writers = tf.constant([1, 2, 3, 1, 2])
    assert not importance([VECTORS, writers]).numpy().any()
    importance.layers[-1].set_weights([np.ones((16, 1), np.float32)])
    same_text = np.repeat(VECTORS[:1], 5, axis=0)
    logits = importance([same_text, writers]).numpy()[:, 0]
    assert logits[0] == logits[3]
    assert len(set(logits[:3])) == 3
