"""Search in lists against the exact one."""

import numpy as np
import pytest
import tensorflow as tf

from tfrec_dl.serving.index import LOWEST_SCORE, top_k
from tfrec_dl.serving.ivf.asked import Asked
from tfrec_dl.serving.ivf.extend import extended
from tfrec_dl.serving.ivf.item_lists import ItemLists
from tfrec_dl.serving.ivf.search import ANY, ListSearch

SIZE, WIDTH, K = 302, 4, 7
GENERATOR = np.random.default_rng(0)
VECTORS = GENERATOR.integers(-2, 3, (SIZE, WIDTH)).astype(np.float32)  # few values: many ties
POPULARITY = tf.Variable(np.array([9, 9, *GENERATOR.integers(0, 50, SIZE - 2)], np.float32))
LISTS = ItemLists.of(VECTORS)
COUNT = len(LISTS.centres)
QUERIES = tf.constant(GENERATOR.integers(-2, 3, (20, WIDTH)).astype(np.float32))
MASKED = tf.constant(GENERATOR.integers(0, SIZE, (20, 9)).astype(np.int32))
ALWAYS = tf.fill([20], True)


def exactly(queries, masked, has_history=None):
    scores = tf.matmul(queries, VECTORS, transpose_b=True)
    return top_k(scores if has_history is None else tf.where(has_history[:, None], scores, POPULARITY), masked, K)


def unused():
    raise AssertionError("all items were searched")


def best(search, queries, has_history, masked, fallback=unused):
    return search.best(lambda: Asked(tf.convert_to_tensor(queries)), has_history, masked, K, fallback)


def test_items_are_in_one_list_each():
    assert sorted(LISTS.members) == list(range(2, SIZE))
    np.testing.assert_array_equal(LISTS.rows, VECTORS[LISTS.members])
    assert LISTS.starts[-1] == LISTS.starts[-2] == SIZE - 2  # nothing in the overflow


def test_all_lists_together_give_the_exact_answer_ties_and_new_users_included():
    has_history = tf.constant(np.arange(20) % 3 > 0)
    found = best(ListSearch(LISTS, POPULARITY, COUNT), QUERIES, has_history, MASKED)
    for ours, exact in zip(found, exactly(QUERIES, MASKED, has_history), strict=True):
        np.testing.assert_array_equal(ours, exact)


@pytest.mark.parametrize("probes", [1, 5, 20])
def test_the_nearest_lists_give_the_best_of_their_items_in_order_and_as_many_lists_as_hold_enough(probes):
    indices, scores = best(ListSearch(LISTS, POPULARITY, probes), QUERIES, ALWAYS, MASKED)
    of, sizes = LISTS.list_of(), np.diff(LISTS.starts)[:-1]
    for row, query in enumerate(QUERIES.numpy()):
        order = np.argsort(-(LISTS.centres @ query), kind="stable")
        enough = np.searchsorted(np.cumsum(sizes[order]), K + MASKED.shape[1]) + 1
        read = order[: max(probes, enough)]
        left = [item for item in range(2, SIZE) if of[item] in read and item not in MASKED[row].numpy()]
        expected = sorted((-float(VECTORS[item] @ query), item) for item in left)[:K]
        assert scores[row].numpy().tolist() == [-score for score, _ in expected]
        strictly = [item for score, item in expected if score < expected[-1][0]]
        assert indices[row].numpy().tolist()[: len(strictly)] == strictly  # of the last ties any may be there


@pytest.mark.parametrize("item", range(2, SIZE, 30))
def test_every_item_is_reached_where_all_others_are_excluded(item):
    others = tf.constant([[each for each in range(SIZE) if each != item]])
    search = ListSearch(LISTS, POPULARITY, 1)
    query = QUERIES[:1]
    indices, scores = best(search, query, ALWAYS[:1], others, lambda: exactly(query, others))
    assert indices[0].numpy().tolist() == [item, *[0] * (K - 1)]
    assert scores[0, 1:].numpy().tolist() == [np.float32(LOWEST_SCORE)] * (K - 1)


def test_large_batches_and_scores_that_are_not_finite_are_left_to_the_exact_search():
    def fallback():
        return tf.fill([batch, K], 5), tf.fill([batch, K], 1.0)

    search = ListSearch(LISTS, POPULARITY, COUNT, most_histories=4)
    for batch in (1, 4, 5):
        found = best(search, QUERIES[:batch], ALWAYS[:batch], MASKED[:batch], fallback)
        assert (set(found[0].numpy().ravel()) == {5}) == (batch == 5)
    batch = 1
    for bad in (np.nan, np.inf):
        found = best(search, tf.fill([1, WIDTH], bad), ALWAYS[:1], MASKED[:1], fallback)
        assert set(found[0].numpy().ravel()) == {5}


def test_a_batch_of_nothing_gives_nothing():
    found = best(ListSearch(LISTS, POPULARITY, 3), QUERIES[:0], ALWAYS[:0], MASKED[:0])
    assert [each.shape.as_list() for each in found] == [[0, K], [0, K]]


def test_lists_of_a_loaded_export_take_further_items_which_every_search_reads(tmp_path, caplog):
    tf.saved_model.save(ListSearch(LISTS, POPULARITY, 1, most_histories=3, measured='{"recall": "all"}'), tmp_path)
    new = np.full((40, WIDTH), 3, np.float32)
    popularity = tf.Variable(np.concatenate([POPULARITY.numpy(), np.zeros(40, np.float32)]))
    search = extended(tf.saved_model.load(tmp_path), new, popularity)
    assert search.facts() == {
        "search": f"in lists of like items, 1 of {COUNT}, and 40 items that were added since",
        "recall": "all",
    }
    assert int(search.most_histories) == 3
    assert "40 of 340 items were added since the lists were made" in caplog.text
    query = tf.ones([1, WIDTH])
    indices, scores = best(search, query, ALWAYS[:1], tf.constant([[SIZE]]))
    assert indices.numpy().tolist() == [list(range(SIZE + 1, SIZE + 1 + K))]
    assert set(scores.numpy().ravel()) == {3.0 * WIDTH}
    assert ANY > 10**9
