"""Matrix factorisation: a query that is the user's own vector, from a table whose one feature is the id."""

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.histories import Histories
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.splits.leave_last_out import leave_last_out
from tfrec_dl.data.splits.split import Split
from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.encoders import UserOnly
from tfrec_dl.lifecycle.load import load
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.retrieval.configuration import ModelConfig
from tfrec_dl.retrieval.fit import fit
from tfrec_dl.retrieval.model import RetrievalModel
from tfrec_dl.retrieval.scorer import ModelScorer
from tfrec_dl.serving.export import export_saved_model

USERS, CLUB, LENGTH = 60, 10, 8
SETTINGS = {
    "body": {"name": "user_only"},
    "dimension": 8,
    "max_length": LENGTH,
    "context": 0,
    "categories.min_count": 1,  # each id is one user's
    "categories.dropout": 0.0,
    "epochs": 25,
    "patience": 25,
    "batch_size": 8,
    "learning_rate": 0.03,
}


def club_of(user: int) -> int:
    """A third of the users are of the second club."""
    return int(user % 3 == 0)


@pytest.fixture(scope="module")
def split() -> Split:
    """Users take eight of the ten items of their club, in any order."""
    generator = np.random.default_rng(0)
    frame = pd.DataFrame(
        [
            (f"user_{user}", f"club_{club_of(user)}_item_{item}", step)
            for user in range(USERS)
            for step, item in enumerate(generator.permutation(CLUB)[:LENGTH])
        ],
        columns=["user_id", "item_id", "timestamp"],
    )
    return leave_last_out(Interactions.from_frame(frame))


@pytest.fixture(scope="module")
def model(split) -> RetrievalModel:
    ids = np.array([f"user_{user}" for user in range(USERS)], object)
    tf.keras.utils.set_random_seed(0)
    recipe = RECIPES["gru"].with_settings(SETTINGS)
    assert isinstance(recipe.model, ModelConfig)
    assert recipe.model.body == UserOnly()
    model = build_model(recipe, split.vocabulary, users=Catalogue(ids, {"id": "category"}, {"id": ids}))
    fit(model, split, recipe.training, verbose=0)
    return model


def scores_of(model, user: str, history: list[int]) -> np.ndarray:
    """Scores of the items for a user who has met these."""
    histories = Histories.from_rows(
        np.zeros(len(history), np.int64), np.array(history, np.int32), np.array([user], object)
    )
    return ModelScorer(model).scores(histories)[0, FIRST_ITEM:]


def clubs_of(vocabulary) -> np.ndarray:
    """The club of each item."""
    return np.array([int(item.split("_")[1]) for item in vocabulary.ids])


def test_user_is_recommended_the_items_of_the_club_whatever_the_history(model, split):
    clubs = clubs_of(split.vocabulary)
    for user in range(6):
        scores = scores_of(model, f"user_{user}", [FIRST_ITEM])
        assert scores[clubs == club_of(user)].mean() > scores[clubs != club_of(user)].mean() + 1
        assert (clubs[np.argsort(-scores)[: CLUB // 2]] == club_of(user)).all()
        np.testing.assert_allclose(scores_of(model, f"user_{user}", [9, 4, 13]), scores, rtol=1e-5, atol=1e-5)


def test_user_who_is_not_in_the_table_is_nobody_in_particular(model, split):
    """The items of the club that twice as many are of come first."""
    clubs = clubs_of(split.vocabulary)
    scores = scores_of(model, "a stranger", [FIRST_ITEM])
    np.testing.assert_array_equal(scores, scores_of(model, "another", [FIRST_ITEM + 3]))
    assert scores[clubs == 0].mean() > scores[clubs == 1].mean()


def test_new_user_gets_the_popular_items(model, split):
    np.testing.assert_array_equal(scores_of(model, "user_0", []), split.vocabulary.counts)


def test_export_recommends_by_the_users_id(model, split, tmp_path):
    recommender = load(export_saved_model(model, tmp_path))
    history = ["club_0_item_1", "club_1_item_2"]
    table = pd.DataFrame({"user_id": ["a", "b"], "id": ["user_1", "user_3"]})
    first, second = recommender.recommend_for_users([history, history], table, k=5)
    assert {item.split("_")[1] for item, _ in first} == {"0"}
    assert {item.split("_")[1] for item, _ in second} == {"1"}
    scores = dict(zip(split.vocabulary.ids, scores_of(model, "user_1", [FIRST_ITEM]), strict=True))
    np.testing.assert_allclose([score for _, score in first], [scores[item] for item, _ in first], rtol=1e-4, atol=1e-5)
    stranger = scores_of(model, "nobody", [FIRST_ITEM])
    (plain,) = recommender.recommend([history], k=20)
    expected = dict(zip(split.vocabulary.ids, stranger, strict=True))
    assert {item for item, _ in plain} == set(split.vocabulary.ids) - set(history)
    np.testing.assert_allclose(
        [score for _, score in plain], [expected[item] for item, _ in plain], rtol=1e-4, atol=1e-5
    )
