from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from tests.serving.content import catalogue, content_model, only
from tests.serving.paths import AS_SERVED, EVERY_PATH, IN_PROCESS
from tests.serving.stand_in import chain_model, random_model
from tfrec_dl.retrieval.serving.verify import verify_item_features
from tfrec_dl.serving.export import export_saved_model
from tfrec_dl.serving.run_saved_model import VerificationError, run_in_session
from tfrec_dl.serving.verify import verify_export

HISTORIES = [["a", "b"], [], ["nobody"], ["c", "nobody", "a", "a", "e", "d"]]


def test_export_agrees_on_all_three_paths(model, version):
    differences = verify_export(model, version, HISTORIES)
    assert set(differences) == {"tf.saved_model.load", "tf.compat.v1.Session", "saved_model_cli run"}
    assert max(differences.values()) <= 1e-5


@pytest.mark.parametrize("tied", [True, False])
def test_random_vectors_agree(tmp_path, tied):
    model = random_model(300, 17, tied)
    generator = np.random.default_rng(1)
    histories = [list(generator.choice(model.vocabulary.ids, size)) for size in (1, 5, 20, 60)]
    verify_export(model, export_saved_model(model, tmp_path), histories, AS_SERVED)


def test_model_that_was_trained_on_since_the_export_is_noticed(tmp_path):
    model = chain_model()
    version = export_saved_model(model, tmp_path)
    model.follows.assign_add(model.follows * 1e-4)
    with pytest.raises(VerificationError, match="differs"):
        verify_export(model, version, HISTORIES, AS_SERVED)


def test_swap_of_items_that_all_but_tie_is_no_error(tmp_path):
    model = chain_model()
    bias_of_e = float(model.items[-2, -1])
    model.items[-1, -1].assign(bias_of_e - 1e-6)
    version = export_saved_model(model, tmp_path)
    model.items[-1, -1].assign(bias_of_e + 1e-6)
    verify_export(model, version, HISTORIES, AS_SERVED)


@pytest.mark.parametrize("kind", ["content", "hybrid"])
def test_vectors_from_raw_features_agree_with_the_model_and_the_index(tmp_path, kind):
    items = catalogue()
    model = content_model(items, kind)
    version = export_saved_model(model, tmp_path)
    histories = [["sea-0", "war-1"], ["sea-11"], []]
    verify_export(model, version, histories, IN_PROCESS)
    assert verify_item_features(model, version, items) <= 1e-5
    model.item_tower.network.trainable_variables[0].assign_add(
        tf.ones_like(model.item_tower.network.trainable_variables[0])
    )
    with pytest.raises(VerificationError, match="embed_item_features: a number differs"):
        verify_item_features(model, version, items)


@pytest.mark.process
def test_features_of_users_whose_ids_are_numbers_do_not_count_in_a_history_alone(tmp_path):
    users = replace(only(catalogue(4, seed=50), "genres", "year"), ids=np.array(list("0123"), dtype=object))
    model = content_model(catalogue(), users=users)
    verify_export(model, export_saved_model(model, tmp_path), [["sea-0", "war-1"], ["sea-11"], []], EVERY_PATH)


@pytest.fixture(scope="module")
def answer_again():
    """A path that asks an export once, and gives the same answers to the same requests again."""
    answers = []

    def run(version, requests):
        if not answers:
            answers.extend(run_in_session(version, requests))
        return deepcopy(answers)

    return run


def broken(path, signature, change):
    """A path whose answers of one signature are changed."""

    def run(version, requests):
        answers = path(version, requests)
        for (name, _), answer in zip(requests, answers, strict=True):
            if name == signature:
                change(answer)
        return answers

    return run


@pytest.mark.parametrize(
    "change",
    [
        lambda ids, scores: ids.__setitem__((0, 0), ids[0, 1]),  # an item twice
        lambda ids, scores: ids.__setitem__((0, slice(0, 2)), ids[0, [1, 0]]),  # order
        lambda ids, scores: ids.__setitem__((0, 3), b"a"),  # a seen item
        lambda ids, scores: ids.__setitem__((0, 3), b""),  # one item too few
        lambda ids, scores: scores.__setitem__((0, 3), np.nan),
        lambda ids, scores: scores.__setitem__((0, 0), scores[0, 0] + 1e-3),
    ],
)
def test_wrong_lists_are_noticed(model, version, answer_again, change):
    path = broken(answer_again, "serving_default", lambda answer: change(answer["item_ids"], answer["scores"]))
    with pytest.raises(VerificationError, match="Session"):
        verify_export(model, version, HISTORIES, {"tf.compat.v1.Session": path})


@pytest.mark.parametrize(
    ("signature", "change", "message"),
    [
        ("embed_items", lambda answer: answer["vectors"].__setitem__((1, 0), 0.5), "a number differs"),
        ("embed_history", lambda answer: answer["vector"].__setitem__((1, 0), np.nan), "a number differs"),
        ("recommend_excluding", lambda answer: answer["item_ids"].__setitem__((1, 0), b"nobody"), "other items"),
        ("recommend_excluding", lambda answer: answer["scores"].__setitem__((1, 0), 99), "a number differs"),
        ("embed_items", lambda answer: answer.__setitem__("vectors", answer["vectors"][:1]), "the outputs are"),
    ],
)
def test_wrong_answers_of_any_signature_are_noticed_by_its_example(
    model, version, answer_again, signature, change, message
):
    path = broken(answer_again, signature, change)
    with pytest.raises(VerificationError, match=f"Session, {signature}: .*{message}"):
        verify_export(model, version, HISTORIES, {"tf.compat.v1.Session": path})
