"""What a ranking model knows beforehand: of the training part alone, and kept in the run's folder."""

import numpy as np
import pandas as pd
import pytest

from tests.impressions import impressions_of, one_choice, shown
from tfrec_dl.ranking.build import RankingData, build_ranking_model
from tfrec_dl.ranking.data.feedback import Feedback
from tfrec_dl.ranking.data.splits import ImpressionSplit, split_at_random, split_in_time
from tfrec_dl.ranking.fitted_state import learn_ranking_data, load_ranking_data, save_ranking_data
from tfrec_dl.ranking.rows import ranking_rows
from tfrec_dl.recipes.named import RECIPES

CONFIG = RECIPES["wide_and_deep"].with_settings({"dimension": 4, "ranker.units": (4,)}).model
CONTEXT = {"price": "number", "device": "category", "rating": "ignore", "order": "ignore"}
BOUGHT = Feedback(click="click", conversion="order")


def split_of(frame: pd.DataFrame, feedback: Feedback = BOUGHT) -> ImpressionSplit:
    context = {name: kind for name, kind in CONTEXT.items() if name not in feedback.columns}
    return split_in_time(impressions_of(frame, feedback, lists=("list",), position="position", context=context))


def assert_same(found: RankingData, expected: RankingData) -> None:
    for name in ("users", "items"):
        known, other = getattr(found, name), getattr(expected, name)
        assert known.ids[: known.trained_size - 2].tolist() == other.ids[: other.trained_size - 2].tolist()
        assert known.counts.tolist() == other.counts.tolist()
    assert found.levels == expected.levels
    assert list(found.objectives) == list(expected.objectives)
    for name, each in found.objectives.items():
        assert each.config == expected.objectives[name].config
        np.testing.assert_array_equal(each.levels, expected.objectives[name].levels)
    np.testing.assert_array_equal(found.positions, expected.positions)
    assert found.context.kinds == expected.context.kinds
    assert found.context.fingerprint() == expected.context.fingerprint()
    assert dict(found.context_kinds) == dict(expected.context_kinds)
    assert found.comparisons == expected.comparisons
    assert found.request_features == expected.request_features


def test_knowledge_comes_back_from_the_run_s_folder(tmp_path):
    data = learn_ranking_data(split_of(one_choice(shown(lists=60))), CONFIG)
    save_ranking_data(data, tmp_path)
    assert_same(load_ranking_data(tmp_path), data)
    assert list(data.objectives) == ["click", "conversion"]


def test_nothing_of_validation_and_test_is_known_to_training():
    frame = shown(lists=60)
    later = frame["list"] >= 42
    other = frame.copy()
    other.loc[later, "click"] = 1 - other["click"]
    other.loc[later, "order"] = 0
    other.loc[later, "price"] = -1e6
    other.loc[later, "device"] = "watch"
    other.loc[later, "position"] = 99
    other.loc[later, "item_id"] += "new"
    splits = [split_of(each) for each in (frame, other)]
    assert splits[0].train.tolist() == splits[1].train.tolist() == list(range(210))
    data = [learn_ranking_data(split, CONFIG) for split in splits]
    assert_same(*data)
    batches = []
    for split, known in zip(splits, data, strict=True):
        knowledge = build_ranking_model(CONFIG, known, 5).knowledge
        batches.append(ranking_rows(knowledge, split).batch(split.train))
    assert set(batches[0]) == set(batches[1])
    for name, values in batches[0].items():
        np.testing.assert_allclose(values, batches[1][name], rtol=1e-6, err_msg=name)


def test_rating_is_not_to_be_read_off_what_a_row_is_described_by():
    """Drawn at random, every other rating of the user is in the history, and its own must not be."""
    frame = shown(lists=40, users=3).drop(columns=["click", "order", "list", "position"])
    feedback = Feedback(rating="rating")
    rated = [frame, frame.assign(rating=frame["rating"].where(frame.index != 7, 6 - frame["rating"]))]
    found = []
    for each in rated:
        split = split_at_random(impressions_of(each, feedback, context={"price": "number", "device": "category"}))
        assert 7 in split.train
        data = learn_ranking_data(split, CONFIG)
        batch = ranking_rows(build_ranking_model(CONFIG, data, 200).knowledge, split).batch(np.array([7]))
        found.append(batch)
    assert found[0]["label/rating"] != found[1]["label/rating"]
    for name in set(found[0]) - {"label/rating"}:
        np.testing.assert_array_equal(found[0][name], found[1][name], err_msg=name)


@pytest.mark.parametrize(("column", "belongs"), [("list", True), ("user_id", True), ("position", False)])
def test_features_with_one_value_a_list_belong_to_the_request(column, belongs):
    frame = shown(lists=60)
    frame["device"] = "d" + frame[column].astype(str)
    data = learn_ranking_data(split_of(frame), CONFIG)
    assert data.request_features == (("device",) if belongs else ())
