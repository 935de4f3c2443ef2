"""What a ranking model knows beforehand: of the training part alone, and saved in the run's folder."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from tests.impressions import impressions_of, one_choice, shown
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.errors import InputError
from tfrec_dl.ranking.build import build_ranking_model
from tfrec_dl.ranking.data.batches import RankingRows
from tfrec_dl.ranking.data.events import Events
from tfrec_dl.ranking.data.feedback import Feedback
from tfrec_dl.ranking.data.impressions import context_rows
from tfrec_dl.ranking.data.splits import ImpressionSplit, split_at_random, split_in_time
from tfrec_dl.ranking.defaults import impressions, model_filled_in, training_filled_in
from tfrec_dl.ranking.features.impression_features import described
from tfrec_dl.ranking.learn import learn_ranking_data, recipe_filled_in
from tfrec_dl.ranking.ranking_data import RankingData
from tfrec_dl.ranking.rows import ranking_rows
from tfrec_dl.ranking.saved_state import load_ranking_data, save_ranking_data
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
    assert found.context.states == expected.context.states
    assert dict(found.context_kinds) == dict(expected.context_kinds)
    assert found.comparisons == expected.comparisons
    assert found.request_features == expected.request_features


ITEMS = Catalogue(
    np.array([f"i{item}" for item in range(15)], dtype=object),
    {"year": "number", "maker": "category"},
    {
        "year": np.arange(1990, 2005).astype(np.float32),
        "maker": np.array(["acme", "duck", ""] * 5, dtype=object),
    },
)


def test_what_the_data_decide_is_known_before_anything_is_learnt():
    split, recipe = split_of(shown(lists=60)), RECIPES["wide_and_deep"]
    data = learn_ranking_data(split, recipe.model)
    found = recipe_filled_in(recipe, SimpleNamespace(split=split, source=SimpleNamespace(min_count=1)))
    count = impressions(data.users)
    assert found.model == model_filled_in(recipe.model, count, data.objectives, data.unknown)
    assert found.training == training_filled_in(recipe.training, count, data.objectives)
    assert None not in (found.model.id_dropout, found.training.learning_rate)


def test_fitted_state_comes_back_from_the_run_s_folder(tmp_path):
    data = learn_ranking_data(split_of(one_choice(shown(lists=60))), CONFIG, ITEMS)
    save_ranking_data(data, tmp_path)
    found = load_ranking_data(tmp_path, CONFIG.content)
    assert_same(found, data)
    assert list(data.objectives) == ["click", "conversion"]
    assert found.fitted_items.states == data.fitted_items.states
    assert found.fitted_users is None
    assert not (tmp_path / "context.parquet").exists()


def test_nothing_is_learnt_again_when_it_is_read(tmp_path):
    """Items whose features changed since are prepared by what was learnt of the first."""
    data = learn_ranking_data(split_of(shown(lists=60)), CONFIG, ITEMS)
    save_ranking_data(data, tmp_path)
    later = replace(ITEMS, columns={**ITEMS.columns, "year": ITEMS.columns["year"] + 1000})
    later.save(tmp_path / "items.parquet")
    assert load_ranking_data(tmp_path, CONFIG.content).fitted_items.states == data.fitted_items.states


def test_run_of_before_the_fitted_state_was_saved_opens_by_its_training_rows(tmp_path):
    """Early runs have knowledge.json, which knows nothing of features, and the training rows."""
    split = split_of(one_choice(shown(lists=60)))
    data = learn_ranking_data(split, CONFIG, ITEMS)
    save_ranking_data(data, tmp_path)
    values = json.loads((tmp_path / "fitted_state.json").read_text())
    for name in ("context", "fitted_items", "fitted_users"):
        del values[name]
    (tmp_path / "knowledge.json").write_text(json.dumps(values))
    (tmp_path / "fitted_state.json").unlink()
    rows = RankingRows(split.impressions, Events.of(split, data.levels), *(np.empty(0, np.int32),) * 2, 50)
    context_rows(described(rows, data.comparisons), split.train).save(tmp_path / "context.parquet")
    found = load_ranking_data(tmp_path, CONFIG.content)
    assert_same(found, data)
    assert found.fitted_items.states == data.fitted_items.states


@pytest.mark.parametrize("damage", ["[]", "{", '{"levels": [1.0], "positions": null}', '{"levels": "high"}'])
def test_damaged_state_is_refused_in_one_line(tmp_path, damage):
    save_ranking_data(learn_ranking_data(split_of(shown(lists=60)), CONFIG), tmp_path)
    (tmp_path / "fitted_state.json").write_text(damage)
    with pytest.raises(InputError, match="the run is damaged") as refused:
        load_ranking_data(tmp_path, CONFIG.content)
    assert "\n" not in str(refused.value)


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
        fitted_state = build_ranking_model(CONFIG, known, 5).fitted_state
        batches.append(ranking_rows(fitted_state, split).batch(split.train))
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
        batch = ranking_rows(build_ranking_model(CONFIG, data, 200).fitted_state, split).batch(np.array([7]))
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


def test_what_is_unknown_in_validation_is_counted():
    frame = pd.DataFrame(
        {
            "user_id": ["u", "u", "v", "v", "u", "w", "w", "w"],
            "item_id": ["a", "b", "a", "c", "a", "a", "b", "c"],
            "click": [1, 0, 1, 0, 1, 0, 1, 0],
        }
    )
    impressions = impressions_of(frame, Feedback(click="click"))
    parts = (np.arange(4), np.arange(4, 8), np.arange(0))
    assert learn_ranking_data(ImpressionSplit(impressions, *parts, in_time=False), CONFIG).unknown == 0.75
    # With two impressions to be known, the item a alone is.
    assert learn_ranking_data(ImpressionSplit(impressions, *parts, in_time=False), CONFIG, min_count=2).unknown == 0.75
    parts = (np.arange(4), np.array([4]), np.arange(0))
    assert learn_ranking_data(ImpressionSplit(impressions, *parts, in_time=False), CONFIG).unknown == 0.0
