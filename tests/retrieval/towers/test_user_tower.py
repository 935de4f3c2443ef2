"""What is known of users, on the query's side."""

import numpy as np
import pytest
import tensorflow as tf

from tests.items import item_ids, vocabulary_of
from tests.retrieval.towers.towers import CERTAIN, DIMENSION, shaken
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.histories import Histories
from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
from tfrec_dl.data.splits.split import Split
from tfrec_dl.evaluation.evaluate import evaluate
from tfrec_dl.metrics import HitRate
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.retrieval.fit import fit
from tfrec_dl.retrieval.scorer import ModelScorer
from tfrec_dl.retrieval.towers.user_tower import UserTower, user_tower

USERS = Catalogue(
    np.array(["ann", "7", "Ω"], object),
    {"gender": "category", "age": "number"},
    {"gender": np.array(["f", "m", ""], object), "age": np.array([20, 60, np.nan], np.float32)},
)


def small_tower(hidden: float = 0.0) -> UserTower:
    tower = user_tower(CERTAIN, USERS, DIMENSION, hidden)
    shaken(tower.network)
    return tower


def test_user_is_found_by_id_and_has_the_vector_of_the_features():
    tower = small_tower()
    found = tower(tf.constant(["Ω", "ann", "7", "ann"])).numpy()
    np.testing.assert_allclose(found[[1, 2, 0]], tower.vectors_of(USERS.columns), rtol=1e-5)
    np.testing.assert_allclose(found[1], found[3], rtol=1e-5)  # kernels may add up rows of a block in another order
    assert np.abs(found[1] - found[2]).max() > 0.01


def test_unknown_user_is_one_without_features():
    tower = small_tower()
    found = tower(tf.constant(["nobody", "", "Ann", "Ω"])).numpy()
    np.testing.assert_allclose(found, np.repeat(tower.missing(), 4, axis=0), rtol=1e-6)
    nothing = USERS.take(["nobody"]).columns
    np.testing.assert_allclose(tower.vectors_of(nothing), tower.missing(), rtol=1e-6)


def test_share_of_the_users_is_hidden_in_training_only():
    tower = small_tower(hidden=0.5)
    ids = tf.constant(["ann"] * 200)
    plain, missing = tower(ids).numpy(), tower.missing().numpy()
    hidden = np.isclose(tower(ids, training=True), missing, atol=1e-6).all(axis=1)
    assert 70 < hidden.sum() < 130
    assert not np.isclose(plain, missing, atol=1e-6).all(axis=1).any()
    always = small_tower(hidden=1.0)(ids, training=True).numpy()
    np.testing.assert_allclose(always, np.repeat(missing, 200, axis=0), rtol=1e-5)


ITEMS = 6  # item_0 and item_1 are what men and women take after any of the others
SMALL = {"dimension": 8, "units": 8, "max_length": 4, "context": 0, "batch_size": 16, "learning_rate": 0.03}


def cases(users: list[int], first: np.ndarray) -> EvaluationCases:
    """Each of the users after one item; the target is decided by the gender: users of even number are men."""
    ids = np.array([f"u{user}" for user in users], object)
    rows = np.arange(len(users))
    targets = np.array([2 + user % 2 for user in users], np.int32)
    return EvaluationCases(Histories.from_rows(rows, first, ids), Histories.from_rows(rows, targets, ids))


@pytest.fixture(scope="module")
def learned():
    """A model of 120 users, evaluated on 40 others, all of known gender, and the cases of users of unknown gender."""
    generator = np.random.default_rng(0)
    first = generator.integers(4, 2 + ITEMS, size=200).astype(np.int32)
    genders = Catalogue(
        np.array([f"u{user}" for user in range(160)], object),
        {"gender": "category"},
        {"gender": np.array([("m", "f")[user % 2] for user in range(160)], object)},
    )
    known = cases(list(range(120)), first[:120])
    pairs = np.stack([known.histories.items, known.targets.items], axis=1).ravel()
    train = Histories.from_rows(np.repeat(np.arange(120), 2), pairs, known.histories.user_ids)
    test = cases(list(range(120, 160)), first[120:160])
    split = Split(vocabulary_of(item_ids(ITEMS)), train, test, test)
    tf.keras.utils.set_random_seed(0)
    recipe = RECIPES["simple_rnn"].with_settings({**SMALL, "epochs": 15, "patience": 15})
    model = build_model(recipe, split.vocabulary, users=genders)
    fit(model, split, recipe.training, verbose=0)
    return model, split, cases(list(range(160, 200)), first[160:])


def test_features_decide_what_users_of_the_same_history_are_recommended(learned):
    model, split, strangers = learned
    right = evaluate(model, split.test, split.vocabulary, metrics=[HitRate(1)]).means()["hit_rate@1"]
    guessed = evaluate(model, strangers, split.vocabulary, metrics=[HitRate(1), HitRate(2)]).means()
    assert right > 0.95
    assert 0.2 < guessed["hit_rate@1"] < 0.8  # a coin
    assert guessed["hit_rate@2"] == 1.0


def test_query_is_the_history_and_the_user(learned):
    model, _, _ = learned
    history = tf.constant([[5, 6], [5, 0]])
    embedded = tf.gather(model.tables().history, history)
    users = model.user_tower(tf.constant(["u1", "u2"]))
    alone, moved = model.query(history).numpy(), model.encode(history, embedded, users).numpy()
    missing = model.user_tower.missing().numpy()
    np.testing.assert_allclose(moved[:, :-1] - alone[:, :-1], users - missing, rtol=1e-4, atol=1e-5)
    np.testing.assert_array_equal(moved[:, -1], 1)
    histories = Histories.from_rows(np.array([0, 0, 1]), np.array([5, 6, 5], np.int32), np.array(["u1", "u2"], object))
    np.testing.assert_allclose(ModelScorer(model).queries(histories), moved, rtol=1e-4, atol=1e-5)


def test_user_without_a_history_gets_the_popular_items_whatever_the_features(learned):
    model, split, _ = learned
    nobody = Histories.from_rows(np.array([], np.int64), np.array([], np.int32), np.array(["u1", "u2"], object))
    scores = ModelScorer(model).scores(nobody)
    np.testing.assert_array_equal(scores, np.tile(split.vocabulary.item_counts, (2, 1)))
