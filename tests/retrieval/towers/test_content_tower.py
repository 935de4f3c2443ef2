"""Item vectors from features, alone or together with ids."""

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from tests.items import item_ids, items_of_every_kind, vocabulary_of
from tests.retrieval.towers.towers import CERTAIN, DIMENSION, ITEMS, UNTRAINED, small_tower
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.errors import InputError
from tfrec_dl.features.bucketised_numbers import BucketisedNumbers
from tfrec_dl.features.hashed_categories import HashedCategories
from tfrec_dl.retrieval.towers.content_tower import ContentTower, hybrid_tower

TRAINED = ITEMS - UNTRAINED
ROWS = tf.range(FIRST_ITEM, FIRST_ITEM + ITEMS)
STRANGE = {
    "the title": ["", "comet " * 17_000, "ufo!", "東京 🎬"],
    "maker": ["never seen", "", "|", " "],
    "genres": ["", "never|seen", "|".join(map(str, range(1000))), "DRAMA"],
    "year": [np.nan, np.inf, -np.inf, np.nan],
}


@pytest.fixture(scope="module", params=["content", "hybrid"])
def tower(request) -> ContentTower:
    return small_tower(request.param)


@pytest.fixture(scope="module")
def content() -> ContentTower:
    return small_tower("content")


@pytest.fixture(scope="module")
def hybrid() -> ContentTower:
    return small_tower("hybrid")


@pytest.fixture(scope="module")
def items() -> Catalogue:
    return items_of_every_kind(ITEMS)


def test_each_distinct_item_is_read_once_and_order_is_restored(tower, monkeypatch):
    indices = tf.constant([9, 2, 9, 0, 13, 2, 1, 9])
    alone = np.concatenate([tower(indices[at : at + 1]).numpy() for at in range(len(indices))])
    network, rows = tower.network, tower._features.rows
    asked, calls = [], []

    def recorded_rows(indices):
        asked.append(indices.numpy().tolist())
        return rows(indices)

    def recorded_network(inputs, training):
        calls.append(len(inputs[0]))
        return network(inputs, training=training)

    monkeypatch.setattr(tower._features, "rows", recorded_rows)
    monkeypatch.setattr(tower, "network", recorded_network)
    np.testing.assert_allclose(tower(indices), alone, rtol=1e-5, atol=1e-6)
    assert asked == [[9, 2, 0, 13, 1]]
    assert calls == [5]


def test_content_vector_of_raw_features_is_that_of_the_items_row(content, items):
    vectors = content(ROWS).numpy()
    assert vectors.shape == (ITEMS, DIMENSION + 1)
    np.testing.assert_allclose(content.vectors_of(items.columns), vectors, rtol=1e-5, atol=1e-6)
    assert len(np.unique(vectors.round(4), axis=0)) == ITEMS - ITEMS // 4 + 1  # those without features are alike
    np.testing.assert_array_equal(vectors[:, -1], 0)


def test_hashed_categories_and_bucketised_numbers_serve_raw_features_as_well(items):
    readers = {"categories": HashedCategories(dropout=0.0), "numbers": BucketisedNumbers(buckets=3)}
    tower = small_tower("content", config=replace(CERTAIN, **readers))
    np.testing.assert_allclose(tower.vectors_of(items.columns), tower(ROWS), rtol=1e-5, atol=1e-6)


def test_hybrid_vector_is_the_content_part_and_what_the_id_adds_where_it_was_trained(hybrid, items):
    table, bias = (hybrid.network.get_layer(name).get_weights()[0] for name in ("item_embedding", "item_bias"))
    known = np.arange(FIRST_ITEM, FIRST_ITEM + TRAINED)
    expected = hybrid.vectors_of(items.columns).numpy()
    expected[:TRAINED] += np.concatenate([table[known], bias[known]], axis=1)
    np.testing.assert_allclose(hybrid(ROWS), expected, rtol=1e-5, atol=1e-5)


def test_bias_of_a_hybrid_starts_at_the_centred_log_of_the_count(items):
    vocabulary = vocabulary_of(items.ids, UNTRAINED)
    table = tf.keras.layers.Embedding(vocabulary.trained_size, DIMENSION)
    bias = hybrid_tower(CERTAIN, items, vocabulary, table, 0.2)(ROWS).numpy()[:, -1]
    log_count = np.log(vocabulary.counts[:TRAINED])
    np.testing.assert_allclose(bias[:TRAINED], log_count - log_count.mean(), rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(bias[TRAINED:], 0)  # as one of average popularity


def test_with_every_id_hidden_training_sees_the_content_alone(items):
    tower = small_tower("hybrid", id_dropout=1.0)
    np.testing.assert_allclose(tower(ROWS, training=True), tower.vectors_of(items.columns), rtol=1e-5, atol=1e-5)
    assert np.abs(tower(ROWS) - tower.vectors_of(items.columns)).max() > 0.1


def test_with_some_ids_hidden_each_item_is_seen_with_or_without(items):
    tower = small_tower("hybrid", id_dropout=0.5)
    whole, parts = tower(ROWS).numpy(), tower.vectors_of(items.columns).numpy()
    seen = np.array([tower(ROWS, training=True).numpy()[:TRAINED] for _ in range(40)])
    with_id = np.isclose(seen, whole[:TRAINED], atol=1e-5).all(axis=2)
    without = np.isclose(seen, parts[:TRAINED], atol=1e-5).all(axis=2)
    assert (with_id ^ without).all()
    assert 0.35 < with_id.mean() < 0.65


def test_order_of_the_catalogue_and_items_that_nobody_asked_for_make_no_difference(items):
    shuffled = items.take(items.ids[::-1])
    stranger = items.take(["item_0"])
    more = Catalogue(np.array(["stranger"], object), stranger.kinds, stranger.columns)
    for kind in ("content", "hybrid"):
        expected = small_tower(kind, items)(ROWS).numpy()
        np.testing.assert_array_equal(small_tower(kind, shuffled)(ROWS), expected)
        np.testing.assert_array_equal(small_tower(kind, items.extended_by(more))(ROWS), expected)


def test_nothing_is_learnt_from_the_features_of_items_without_training_interactions(items):
    """Tokens, categories, means: the rows of the trained items stay as they are, whatever the others have."""
    columns = {name: values.copy() for name, values in items.columns.items()}
    for name, values in columns.items():
        values[TRAINED:] = {"year": 9e9, "cover": 255}.get(name, "comet rose|comet")
    changed = Catalogue(items.ids, items.kinds, columns)
    before, after = (small_tower("content", some)(ROWS).numpy() for some in (items, changed))
    np.testing.assert_array_equal(before[:TRAINED], after[:TRAINED])
    assert np.abs(before - after)[TRAINED:].max() > 0.1


def test_item_without_a_row_has_the_vector_of_one_without_features(items):
    few = items.take(items.ids[:6])
    for kind in ("content", "hybrid"):
        tower = small_tower(kind, few)
        missing = tower.vectors_of(few.take(["nobody"]).columns).numpy()
        np.testing.assert_allclose(tower(ROWS[TRAINED:]), np.repeat(missing, UNTRAINED, axis=0), rtol=1e-5)


def test_what_no_reader_understands_counts_as_missing(tower, items):
    columns = {name: np.array(values).astype(items.columns[name].dtype) for name, values in STRANGE.items()}
    columns["cover"] = np.zeros((4, 1, 1, 3), np.uint8)
    missing = tower.vectors_of(items.take(["nobody"]).columns)
    np.testing.assert_allclose(tower.vectors_of(columns), np.repeat(missing, 4, axis=0), rtol=1e-5, atol=1e-6)


def test_picture_of_another_size_is_read(tower, items):
    one_pixel = {**items.take(["item_0"]).columns, "cover": np.full((1, 1, 1, 3), 77, np.uint8)}
    large = {**one_pixel, "cover": np.full((1, 300, 200, 3), 77, np.uint8)}
    np.testing.assert_allclose(tower.vectors_of(one_pixel), tower.vectors_of(large), rtol=1e-5, atol=1e-6)


def further(items: Catalogue, count: int) -> Catalogue:
    """Other items of the same features."""
    more = items_of_every_kind(count, seed=5)
    return Catalogue(item_ids(ITEMS + count)[ITEMS:], items.kinds, more.columns)


@pytest.mark.parametrize("count", [0, 1, 5])
def test_extended_tower_keeps_the_old_rows_to_the_bit_and_shares_the_weights(tower, items, count):
    before = tower(tf.range(FIRST_ITEM + ITEMS)).numpy()
    new = further(items, count)
    extended = tower.extended(new)
    after = extended(tf.range(FIRST_ITEM + ITEMS + count)).numpy()
    # One call over all of them may add up in another order than the two do.
    np.testing.assert_array_equal(extended(tf.range(FIRST_ITEM + ITEMS)), before)
    np.testing.assert_allclose(after[: len(before)], before, rtol=1e-5, atol=1e-6)
    if count:
        np.testing.assert_allclose(after[len(before) :], tower.vectors_of(new.columns), rtol=1e-5, atol=1e-6)
    assert {id(variable) for variable in extended.trainable_variables} == {
        id(variable) for variable in tower.trainable_variables
    }


def test_tower_is_not_extended_by_other_features(tower, items):
    new = further(items, 2)
    lacking = Catalogue(new.ids, {"year": "number"}, {"year": new.columns["year"]})
    other = Catalogue(new.ids, {**new.kinds, "year": "text"}, {**new.columns, "year": new.columns["maker"]})
    with pytest.raises(InputError, match="lacks the feature 'the title': give the title, maker, genres") as refused:
        tower.extended(lacking)
    assert "\n" not in str(refused.value)
    with pytest.raises(InputError, match="feature 'year' is of kind text: give it as number") as refused:
        tower.extended(other)
    assert "\n" not in str(refused.value)
    wider = Catalogue(new.ids, {**new.kinds, "x": "text"}, {**new.columns, "x": new.columns["maker"]})
    assert tower.extended(wider)(tf.constant([FIRST_ITEM + ITEMS])).shape == (1, DIMENSION + 1)


def test_kinds_are_those_of_the_catalogue(tower, items):
    assert tower.kinds == items.kinds
    assert list(tower.preparation(items.columns)) == list(items.kinds)
