"""Categories: the mean of those known."""

import numpy as np
import pytest
import tensorflow as tf

from tests.features.preparations import learnt
from tfrec_dl.features.categories import Categories, CategoryLookup

CERTAIN = {"dropout": 0.0, "min_count": 1, "embedding": 3}
VALUES = ["drama|war", "drama", "war|comedy", "", "film noir"]


class Reader:
    """Values -> vectors; the vector of a category by its name."""

    def __init__(self, values: list[str], **settings: object) -> None:
        config = Categories(**{**CERTAIN, **settings})
        self.preparation = learnt(config, np.array(values, dtype=object))
        assert isinstance(self.preparation, CategoryLookup)
        indices = tf.keras.Input([self.preparation.width], dtype=tf.int32)
        self.network = tf.keras.Model(indices, config.vector(indices, self.preparation.vocabulary_size()))
        self.table = self.network.get_weights()[0]

    def __call__(self, *values: str, training: bool = False) -> np.ndarray:
        return self.network(self.preparation(tf.constant(list(values), tf.string)), training=training).numpy()

    def mean_of(self, *categories: str) -> np.ndarray:
        rows = [2 + self.preparation.categories.index(category) for category in categories]
        return self.table[rows].mean(axis=0)


def test_vector_is_the_mean_of_the_categories_vectors():
    reader = Reader(VALUES)
    found = reader("drama|war", "comedy", "film noir", "war|film noir")
    expected = [("drama", "war"), ("comedy",), ("film noir",), ("war", "film noir")]
    np.testing.assert_allclose(found, [reader.mean_of(*categories) for categories in expected], rtol=1e-6)


def test_category_never_seen_is_passed_over_and_alone_the_zero_vector():
    reader = Reader(VALUES)
    np.testing.assert_allclose(reader("drama|western"), reader("drama"), rtol=1e-6)
    np.testing.assert_allclose(reader("western|drama"), reader("drama"), rtol=1e-6)
    np.testing.assert_array_equal(reader("western", "western|thriller", "", "|", " | ", "Drama"), 0)


def test_spaces_around_and_empty_parts_make_no_difference():
    reader = Reader([" drama | war", "drama|", "film noir"])
    assert sorted(reader.preparation.categories) == ["drama", "film noir", "war"]
    np.testing.assert_allclose(reader(" drama|war ", "||drama| war|"), np.tile(reader("drama|war"), (2, 1)), rtol=1e-6)


def test_only_the_first_categories_are_read_where_there_are_too_many():
    many = "|".join("abcdefgh")
    reader = Reader([many, "a"], max_count=3)
    assert reader.preparation(tf.constant([many])).shape == (1, 3)
    np.testing.assert_allclose(reader(many)[0], reader.mean_of("a", "b", "c"), rtol=1e-6)
    # A new item may have more of them than any item of the training.
    assert Reader(["a", "b"]).preparation(tf.constant(["a|b"])).shape == (1, 1)


def test_category_of_too_few_items_is_unknown():
    reader = Reader(["a|b", "a", "b", "c|c"], min_count=2)
    assert sorted(reader.preparation.categories) == ["a", "b"]


@pytest.mark.parametrize("values", [["", ""], ["only", "once"], []])
def test_items_without_a_single_known_category_give_zeros_then_and_later(values):
    reader = Reader(values, min_count=2)
    np.testing.assert_array_equal(reader("", "once", "a|b", "|"), 0)


def test_text_outside_ascii_is_a_category_like_others():
    reader = Reader(["劇|戦争", "ドラマ"])
    np.testing.assert_allclose(reader("劇|戦争")[0], reader.mean_of("劇", "戦争"), rtol=1e-6)


def test_hidden_categories_in_training_only():
    reader = Reader(VALUES, dropout=0.5)
    values = ["drama|war|comedy"] * 50
    assert len(np.unique(reader(*values, training=True), axis=0)) > 5
    np.testing.assert_allclose(reader(*values), np.repeat(reader(values[0]), 50, axis=0), rtol=1e-6)
    np.testing.assert_array_equal(reader("western", training=True), 0)
