"""Which items are alike, and what of a history speaks for an item."""

import numpy as np
import pytest
import tensorflow as tf

from tests.serving.stand_in import ITEMS, random_model
from tfrec_dl.errors import InputError
from tfrec_dl.serving import leave_out
from tfrec_dl.serving.index import LOWEST_SCORE


def functions(module):
    return {each.name: each.function for each in module.signatures()}


def similar(module, items):
    return functions(module)["similar_items"](tf.constant(items, tf.string))


def explain(module, history, items):
    answer = functions(module)["explain"](tf.constant(history, tf.string), tf.constant(items, tf.string))
    return answer["scores"].numpy(), answer["contributions"].numpy()


def test_similar_items_are_the_nearest_by_the_cosine_of_vectors_without_their_bias():
    model = random_model(30, 5, tied=False)
    model.items.assign(model.items * tf.random.stateless_uniform([32, 1], [1, 2], 0.1, 9.0))
    found = similar(model.serving_module(k_max=8), ["item-3", "item-29"])
    vectors = model.items.numpy()[2:, :-1]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    for row, item in enumerate((3, 29)):
        cosines = vectors @ vectors[item]
        best = [other for other in np.argsort(-cosines) if other != item][:8]
        assert found["item_ids"][row].numpy().tolist() == [f"item-{other}".encode() for other in best]
        np.testing.assert_allclose(found["scores"][row], cosines[best], atol=1e-6)


def test_an_unknown_item_has_no_similar_ones_and_a_vector_of_zeros_is_like_none():
    model = random_model(3, 4, tied=False)
    model.items.assign(tf.tensor_scatter_nd_update(model.items, [[3]], [[0.0, 0, 0, 2]]))
    found = similar(model.serving_module(), ["nobody", "", "item-1"])
    assert found["item_ids"][:2].numpy().tolist() == [[b""] * 3] * 2
    assert found["item_ids"][2].numpy().tolist() == [b"item-0", b"item-2", b""]
    assert found["scores"][2].numpy().tolist() == [0, 0, np.float32(LOWEST_SCORE)]


def test_contributions_by_hand_at_the_places_of_the_request(model):
    scores, contributions = explain(model.serving_module(), [["a", "", "b", "nobody", "c"]], [["d", "e"]])
    # d: 10 + 5/2 + 0.3; without b the state is c + a/2, without c it is b + a/2. e: 5 + 0.2.
    np.testing.assert_allclose(scores, [[12.8, 5.2]], rtol=1e-6)
    np.testing.assert_allclose(contributions, [[[0, 0, 2.5, 0, 7.5], [0, 0, 0, 0, 5]]], rtol=1e-6)


def test_the_only_item_of_a_history_has_all_of_the_score(model):
    scores, contributions = explain(model.serving_module(), [["", "b"]], [["c", "d"]])
    np.testing.assert_allclose(contributions, [[[0, 10.4], [0, 5.3]]], rtol=1e-6)
    np.testing.assert_allclose(scores, [[10.4, 5.3]], rtol=1e-6)


def test_without_a_history_the_score_is_the_popularity_and_an_unknown_item_has_none(model):
    scores, contributions = explain(model.serving_module(), [["", "nobody"]], [["b", "nobody", ""]])
    assert scores.tolist() == [[5, np.float32(LOWEST_SCORE), np.float32(LOWEST_SCORE)]]
    assert not contributions.any()
    _, contributions = explain(model.serving_module(), [["a", "b"]], [["nobody", ""]])
    assert not contributions.any()


@pytest.mark.parametrize("at_once", [1, 4, 64])
def test_contributions_are_what_is_lost_without_each_item(monkeypatch, at_once):
    monkeypatch.setattr(leave_out, "ROWS_AT_ONCE", at_once)
    model = random_model(12, 4, tied=False, max_length=4)
    module = model.serving_module()
    histories = [[2, 5, 3, 9, 4, 7, 5, 8], [6, 4, 2, 0, 0, 0, 0, 0], [3, 3, 0, 0, 0, 0, 0, 0]]
    history = [[f"item-{item - 2}" if item else "" for item in row] for row in histories]
    scores, contributions = explain(module, history, [["item-1", "item-10"]] * 3)

    def score(row):
        return module.scores(tf.constant([row])).numpy()[0, [3, 12]]

    for row, items in enumerate(histories):
        items = [item for item in items if item]
        np.testing.assert_allclose(scores[row], score(items), rtol=1e-5)
        for place in range(8):
            read = len(items) - 4 <= place < len(items)  # the network reads four
            lost = score(items) - score(items[:place] + items[place + 1 :]) if read else np.zeros(2)
            np.testing.assert_allclose(contributions[row, :, place], lost, rtol=1e-4, atol=1e-5)


def test_similar_items_in_python(recommender):
    alike = recommender.similar_items(["a", "nobody"], k=2)
    assert [[item for item, _ in row] for row in alike] == [["b", "c"], []]
    with pytest.raises(InputError, match="k is 7"):
        recommender.similar_items(["a"], k=7)
    with pytest.raises(InputError, match="must be a list of ids"):
        recommender.similar_items("a", k=1)


def test_explanations_in_python_name_what_speaks_most_first(recommender):
    found = recommender.explain([["a", "b", "nobody", "c"], [], ["b"]], [["d", "nobody", "e"], ["a"], []])
    first, second = found[0]
    assert (first.item_id, second.item_id) == ("d", "e")
    assert first.score == pytest.approx(12.8)
    assert [item for item, _ in first.because] == ["c", "b"]  # nothing is said of a, which changes nothing
    assert [lost for _, lost in first.because] == pytest.approx([7.5, 2.5])
    assert [(each.item_id, each.score, each.because) for each in found[1]] == [("a", 6, ())]
    assert found[2] == []
    with pytest.raises(InputError, match="items has 2 rows, but histories has 1"):
        recommender.explain([["a"]], [["b"], ["c"]])


def test_recommendations_are_explained_with_their_own_scores(recommender):
    (pairs,) = recommender.recommend([list(ITEMS[:2])], k=4)
    (found,) = recommender.explain([list(ITEMS[:2])], [[item for item, _ in pairs]])
    assert [(each.item_id, pytest.approx(each.score)) for each in found] == pairs


def test_an_export_of_an_earlier_version_says_so(recommender, monkeypatch):
    monkeypatch.setattr(recommender, "_signatures", {"serving_default": None})
    with pytest.raises(InputError, match="no signature similar_items: it was written by an earlier version"):
        recommender.similar_items(["a"], k=1)
    with pytest.raises(InputError, match="no signature explain"):
        recommender.explain([["a"]], [["b"]])
