"""Hashed categories: no vocabulary, and collisions that do no harm."""

import numpy as np
import pytest
import tensorflow as tf

from tests.features.preparations import learnt
from tfrec_dl.features.hashed_categories import CategoryHash, HashedCategories

VALUES = ["drama|war", "drama", "war|comedy", "", "film noir"]


class Reader:
    """Values -> vectors."""

    def __init__(self, values: list[str], **settings: object) -> None:
        config = HashedCategories(**{"dropout": 0.0, "embedding": 3, "bins": 50, **settings})
        self.preparation = learnt(config, np.array(values, dtype=object))
        assert isinstance(self.preparation, CategoryHash)
        indices = tf.keras.Input([self.preparation.width, config.hashes], dtype=tf.int32)
        self.network = tf.keras.Model(indices, config.vector(indices, self.preparation.vocabulary_size()))

    def __call__(self, *values: str, training: bool = False) -> np.ndarray:
        return self.network(self.preparation(tf.constant(list(values), tf.string)), training=training).numpy()


def test_vector_is_the_mean_of_the_categories_vectors_each_the_mean_of_its_bins():
    reader = Reader(VALUES)
    table = reader.network.get_weights()[0]
    bins = reader.preparation(tf.constant(["drama", "war"])).numpy()[:, 0]
    np.testing.assert_allclose(reader("drama|war")[0], table[bins].mean(axis=(0, 1)), rtol=1e-5)
    np.testing.assert_allclose(reader(" war||drama ")[0], table[bins].mean(axis=(0, 1)), rtol=1e-5)


def test_category_never_seen_has_a_vector_and_a_missing_one_has_none():
    reader = Reader(VALUES)
    assert (np.abs(reader("western")) > 0).all()
    np.testing.assert_array_equal(reader("", "|", " | "), 0)


def test_categories_that_share_a_bin_are_told_apart_by_the_other_hash_function():
    names = tf.constant([f"category {number}" for number in range(200)])
    bins = Reader(["a"]).preparation(names).numpy()[:, 0]
    assert [len(np.unique(column)) for column in bins.T] == pytest.approx([49, 49], abs=1)  # of 50 each
    assert len(np.unique(bins, axis=0)) > 190
    assert bins[:, 0].max() < 2 + 50 <= bins[:, 1].min()  # bins of its own each


def test_hashes_are_the_same_on_every_machine():
    """A served model holds weights for bins: were they others elsewhere, it would read other categories."""
    bins = CategoryHash(1_000, 2, 2)(tf.constant(["drama|劇"])).numpy()
    np.testing.assert_array_equal(bins, [[[192, 1660], [27, 1297]]])


def test_only_the_first_categories_are_read_where_there_are_too_many():
    reader = Reader(["a|b|c|d", "a"], max_count=2)
    np.testing.assert_array_equal(reader("a|b|c|d"), reader("a|b"))
    assert Reader([]).preparation(tf.constant(["a|b"])).shape == (1, 1, 2)


def test_hidden_categories_are_hidden_whole_and_in_training_only():
    reader = Reader(VALUES, dropout=0.5, hashes=3)
    layer = reader.network.layers[1]
    indices = tf.tile(reader.preparation(tf.constant(["drama|war"])), [100, 1, 1])
    hidden = layer(indices, training=True).numpy() == 1
    assert 60 < hidden[:, :, 0].sum() < 140
    np.testing.assert_array_equal(hidden, np.repeat(hidden[:, :, :1], 3, axis=2))
    np.testing.assert_allclose(reader("drama", "drama"), np.tile(reader("drama"), (2, 1)))
