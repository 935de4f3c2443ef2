"""Items that share the rows of a table: which rows, how many, and who collides."""

import numpy as np
import pytest
import tensorflow as tf

from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.errors import InputError
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.retrieval.towers.hashed_ids import HashedIds, Hashing, item_table

OWN, POOL, WIDTH = 12, 30, 4


@pytest.fixture
def layer() -> HashedIds:
    layer = HashedIds(OWN, OWN + POOL, WIDTH, functions=3)
    layer.build(None)
    return layer


def test_frequent_items_have_a_row_of_their_own(layer):
    table = layer.table.embeddings.numpy()
    np.testing.assert_allclose(layer(tf.range(OWN)), table[:OWN], rtol=1e-6)


def test_each_of_the_others_is_the_mean_of_shared_rows(layer):
    table = layer.table.embeddings.numpy()
    indices = tf.reshape(tf.range(OWN, OWN + 200), [20, 10])
    rows = layer.rows_of(indices).numpy()
    assert rows.shape == (20, 10, 3)
    assert rows.min() >= OWN
    assert set(rows.ravel()) == set(range(OWN, OWN + POOL))
    np.testing.assert_allclose(layer(indices), table[rows].mean(axis=2), rtol=1e-5, atol=1e-7)


def test_gradient_names_the_rows_that_the_indices_are_made_of_and_no_other(layer):
    indices = tf.constant([3, 3, 500])
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(layer(indices))
    gradient = tape.gradient(total, layer.table.embeddings)
    assert isinstance(gradient, tf.IndexedSlices)
    assert set(gradient.indices.numpy()) == {3, *layer.rows_of(tf.constant(500)).numpy().tolist()}
    dense = tf.convert_to_tensor(gradient).numpy()
    np.testing.assert_allclose(dense[3], 2.0, rtol=1e-6)


@pytest.mark.parametrize(("functions", "expected"), [(1, 1_000_000), (2, 100), (3, 0.015)])
def test_two_items_rarely_share_all_their_rows(functions, expected):
    """200,000 items over 20,000 rows: pairs that collide number about n^2 / 2 x k! / B^k."""
    items, buckets = 200_000, 20_000
    rows = HashedIds(0, buckets, 1, functions).rows_of(tf.range(items)).numpy()
    _, counts = np.unique(np.sort(rows, axis=1), axis=0, return_counts=True)
    pairs = (counts * (counts - 1) // 2).sum()
    assert pairs == pytest.approx(expected, rel=0.5, abs=3)


def test_rows_are_shared_evenly():
    rows = HashedIds(0, 500, 1, 2).rows_of(tf.range(100_000)).numpy()
    counts = np.bincount(rows.ravel(), minlength=500)
    assert counts.std() == pytest.approx(np.sqrt(400), rel=0.2)  # as drawn at random


def test_rows_do_not_depend_on_how_they_are_computed(layer):
    indices = tf.range(1_000)
    np.testing.assert_array_equal(tf.function(layer.rows_of)(indices), layer.rows_of(indices))


@pytest.mark.parametrize(
    ("settings", "items", "rows"),
    [
        ({}, 100, 102),
        ({"own_rows": 10, "buckets": 20}, 100, 32),
        ({"own_rows": 10}, 100, 21),
        ({"own_rows": 0, "buckets": 50}, 100, 52),
        ({"own_rows": 100, "buckets": 20}, 100, 102),
        ({"own_rows": 90, "buckets": 20}, 100, 102),  # the pool would be larger than who shares it
    ],
)
def test_table_has_own_rows_and_buckets_where_that_is_fewer(settings, items, rows):
    hashing = Hashing(**settings)
    assert hashing.rows(items + FIRST_ITEM) == rows
    table = item_table(items + FIRST_ITEM, WIDTH, hashing, "uniform", "items")
    assert [tuple(weight.shape) for weight in table.trainable_weights] == [(rows, WIDTH)]
    assert table(tf.range(items + FIRST_ITEM)).shape == (items + FIRST_ITEM, WIDTH)


def test_layer_is_built_again_from_its_configuration(layer):
    again = HashedIds.from_config(layer.get_config())
    again.build(None)
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(again(tf.range(99)), layer(tf.range(99)))


def test_settings_by_name_and_their_bounds():
    recipe = RECIPES["gru"].with_settings({"hashing.own_rows": "1000", "buckets": "50"})
    assert recipe.model.hashing == Hashing(own_rows=1000, buckets=50)
    with pytest.raises(InputError, match="buckets"):
        Hashing(buckets=1)
