"""Ids of recommendations, and of the version that made them."""

import numpy as np
import pytest
import tensorflow as tf

from tests.serving.stand_in import chain_model
from tfrec_dl.serving.compare_answers import compare_answers
from tfrec_dl.serving.recommendation_id import recommendation_ids
from tfrec_dl.serving.run_saved_model import VerificationError, run_in_session


def ids_of(indices, version="one"):
    return [each.decode() for each in recommendation_ids(tf.constant(version), tf.constant(indices)).numpy()]


def test_one_id_for_the_same_list_of_a_version_and_others_for_others():
    lists = [[2, 3, 0], [3, 2, 0], [2, 30, 0], [23, 0, 0], [2, 3, 0], [0, 0, 0]]
    found = ids_of(lists)
    assert len(set(found)) == 5
    assert found[0] == found[4]
    assert all(each.startswith("one-") for each in found)
    assert set(found).isdisjoint(ids_of(lists, "two"))
    assert ids_of(np.zeros([0, 3], np.int32)) == []


def test_it_does_not_change_from_one_release_to_the_next():
    assert ids_of([[2, 3, 5]]) == ["one-11575819176952763942"]


def test_the_export_gives_it_on_every_path(recommender, version):
    (first, again, other) = recommender.recommend([["a"], ["a"], ["b"]], k=2)
    assert first.recommendation_id == again.recommendation_id != other.recommendation_id
    (answer,) = run_in_session(version, [("serving_default", {"history": np.array([["a"]], object)})])
    assert answer["recommendation_id"][0].decode() == first.recommendation_id
    (similar,) = recommender.similar_items(["a"], k=2)
    assert similar.recommendation_id.partition("-")[0] == first.recommendation_id.partition("-")[0]


def test_two_exports_of_one_model_have_ids_of_their_own():
    modules = [chain_model().serving_module() for _ in range(2)]
    assert len({module.facts()["id of this version in recommendation ids"] for module in modules}) == 2


def test_answers_are_compared_but_for_the_version():
    def answer(recommendation_id, title="t"):
        ids, scores = np.array([[b"a"]], object), np.ones([1, 1], np.float32)
        shown = {"title": np.array([[title]], object), "recommendation_id": np.array([recommendation_id], object)}
        return {"item_ids": ids, "scores": scores, **shown}

    assert compare_answers("x", answer(b"one-1"), answer(b"two-1")) == 0
    with pytest.raises(VerificationError, match="a text of recommendation_id differs"):
        compare_answers("x", answer(b"one-1"), answer(b"one-2"))
    with pytest.raises(VerificationError, match="a text of title differs"):
        compare_answers("x", answer(b"one-1"), answer(b"one-1", "u"))
