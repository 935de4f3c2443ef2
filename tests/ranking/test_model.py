"""Ranking models on impressions whose truth is known."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tests.impressions import CLICKS, impressions_of, one_choice, shown, sigmoid
from tests.ranking.fitted import built, fitted, predicted
from tfrec_dl.ranking.calibration import Calibration
from tfrec_dl.ranking.data.batches import RankingBatches
from tfrec_dl.ranking.data.feedback import Feedback
from tfrec_dl.ranking.data.splits import ImpressionSplit, split_at_random
from tfrec_dl.ranking.objectives import Choice, Click
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.recipes.recipe import Recipe

CONTEXT = {"price": "number", "device": "category", "rating": "ignore", "position": "ignore", "order": "ignore"}
SMALL = {
    "dimension": 8,
    "ranker.units": (16,),
    "ranker.dropout": 0.0,
    "id_dropout": 0.1,
    "epochs": 8,
    "batch_size": 256,
    "learning_rate": 0.02,
    "weight_average": 0.9,
    "max_length": 5,
}


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    return RECIPES["wide_and_deep"].with_settings(SMALL)


def split_of(frame: pd.DataFrame, feedback: Feedback = CLICKS, **columns) -> ImpressionSplit:
    settings = {"lists": ("list",), "context": CONTEXT, **columns}
    return split_at_random(impressions_of(frame, feedback, **settings))


def test_predicted_probabilities_are_near_the_known_ones(recipe):
    """By item, price and device together: no single one of them tells the rate."""
    generator = np.random.default_rng(0)
    count = 12_000
    item, price = generator.integers(8, size=count), generator.integers(1, 101, count)
    device = generator.integers(2, size=count)
    truth = sigmoid(np.linspace(-2, 1.5, 8)[item] + np.where(device, 1.0, -1.0) * (price - 50) / 40)
    frame = pd.DataFrame(
        {
            "user_id": [f"u{user}" for user in generator.integers(50, size=count)],
            "item_id": [f"i{number}" for number in item],
            "price": price,
            "device": np.array(["phone", "desk"])[device],
            "click": (generator.random(count) < truth).astype(int),
        }
    )
    context = {"price": "number", "device": "category"}
    split = split_at_random(impressions_of(frame, context=context))
    found = predicted(fitted(recipe, split), split.test)
    error = found["click"] - truth[split.test]
    assert np.abs(error).mean() < 0.05
    assert abs(error.mean()) < 0.02
    assert np.abs(truth[split.test] - truth.mean()).mean() > 0.15  # what the mean alone would miss by
    np.testing.assert_allclose(found["click"], sigmoid(found["click_logit"]), rtol=1e-5)


def placed(count: int = 3_000, seed: int = 0) -> tuple[pd.DataFrame, np.ndarray]:
    """Lists of four out of ten items, in which the worst mostly stand first and the first places draw the clicks."""
    generator = np.random.default_rng(seed)
    liking = np.linspace(-1, 1, 10)
    items = np.stack([generator.permutation(10)[:4] for _ in range(count)])
    order = np.argsort(liking[items] + generator.normal(0, 0.5, items.shape), axis=1)
    items = np.take_along_axis(items, order, axis=1)
    rate = sigmoid(liking[items] - 1.2 * np.arange(4))
    frame = pd.DataFrame(
        {
            "user_id": np.repeat([f"u{number % 40}" for number in range(count)], 4),
            "item_id": [f"i{item}" for item in items.ravel()],
            "list": np.repeat(np.arange(count), 4),
            "position": np.tile(np.arange(4), count),
            "click": (generator.random(rate.shape) < rate).astype(int).ravel(),
        }
    )
    return frame, liking[items].ravel()


def test_clicks_that_places_draw_do_not_count_for_what_stood_there(recipe):
    frame, liking = placed()
    settings = recipe.with_settings({"click": "click", "epochs": 6})
    agreement = {}
    for position in ("position", None):
        split = split_of(frame, position=position, context={} if position else {"position": "ignore"})
        found = fitted(settings, split)
        agreement[position] = stats.spearmanr(predicted(found, split.test)["click"], liking[split.test])[0]
        if position:
            table = found.model.position_bias.table.numpy()
            assert (np.diff(table) < -0.7).all()  # 1.2 a place
            batch = found.rows.batch(split.test[:4])
            moved = {**batch, "position": np.full_like(batch["position"], 3)}
            without = {name: values for name, values in batch.items() if name != "position"}
            for other in (moved, without):
                np.testing.assert_array_equal(
                    found.model.predictions(batch)["click"], found.model.predictions(other)["click"]
                )
            assert not np.allclose(found.model.head_outputs(batch)["click"], found.model.head_outputs(moved)["click"])
    assert agreement["position"] > 0.8
    assert agreement[None] < 0.3


@pytest.fixture(scope="module")
def choosing(recipe):
    split = split_of(one_choice(shown(lists=80)))
    found = built(recipe, split)
    generator = np.random.default_rng(0)
    for variable in found.model.trainable_variables:
        variable.assign_add(generator.normal(scale=0.3, size=variable.shape))
    return found, split


def test_predictions_do_not_depend_on_the_batch_a_list_is_in(choosing):
    found, split = choosing
    rows = np.arange(len(split.impressions))
    together, alone = predicted(found, rows), predicted(found, rows, size=1)
    assert set(together) == {"row", "click", "click_logit"}
    assert np.std(together["click"]) > 0.01
    for name, values in together.items():
        np.testing.assert_allclose(values, alone[name], rtol=1e-4, atol=1e-5)


def test_probabilities_of_one_choice_sum_to_at_most_one_a_list(choosing):
    found, split = choosing
    assert isinstance(found.model.objectives["click"].config, Choice)
    rows = np.arange(len(split.impressions))
    assert np.bincount(split.impressions.lists, predicted(found, rows)["click"]).max() < 1 + 1e-5


def test_calibration_changes_the_probabilities_and_neither_logits_nor_order(choosing):
    found, split = choosing
    before = predicted(found, split.test)
    found.model.calibration = Calibration([0.0], [-1.0], 2.0)
    try:
        after = predicted(found, split.test)
    finally:
        found.model.calibration = None
    np.testing.assert_array_equal(after["click_logit"], before["click_logit"])
    np.testing.assert_allclose(after["click"], sigmoid(2 * before["click_logit"] - 1), rtol=1e-4)


def test_clicks_are_learnt_as_a_choice_where_no_list_has_two_and_each_by_itself_elsewhere(recipe):
    frame = shown(lists=60)
    several, alone = split_of(frame), split_of(one_choice(frame), lists=(), context={**CONTEXT, "list": "ignore"})
    for split in (several, alone):
        assert isinstance(built(recipe, split).model.objectives["click"].config, Click)
    asked = recipe.with_settings({"click": "click"})
    assert isinstance(built(asked, split_of(one_choice(frame))).model.objectives["click"].config, Click)


def test_heads_are_those_of_the_labels_whatever_their_order(recipe):
    split = split_of(shown(lists=60), Feedback(click="click", conversion="order"))
    table = split.impressions
    turned = replace(split, impressions=replace(table, labels=dict(reversed(table.labels.items()))))
    for each in (split, turned):
        found = built(recipe, each)
        assert found.model.orders_by == "click_and_conversion"
        values = predicted(found, split.test)
        np.testing.assert_allclose(values["click_and_conversion"], values["click"] * values["conversion"], rtol=1e-5)
        rates = {name: labels[split.train] for name, labels in table.labels.items()}
        # Before training, heads start at the rates of their labels, so none is taken for the other.
        assert values["click"].mean() == pytest.approx(rates["click"].mean(), abs=0.05)
        given_click = rates["conversion"][rates["click"] == 1].mean()
        assert values["conversion"].mean() == pytest.approx(given_click, abs=0.05)
        assert abs(given_click - rates["click"].mean()) > 0.1
        assert np.isfinite(found.model.compute_loss(next(RankingBatches(found.rows, each.train, 64).in_order())[1]))


def test_users_and_items_never_seen_are_predicted_alike(recipe):
    found = built(recipe, split_of(shown(lists=60)))
    assert found.model.fitted_state.users.encode(["nobody"]).tolist() == [1]
    batch = found.rows.batch(np.arange(5))
    size = found.model.fitted_state.users.size
    values = [
        found.model.predictions({**batch, "user": np.full(5, user, np.int32)})["click"].numpy()
        for user in (1, size, size + 7)
    ]
    np.testing.assert_array_equal(values[0], values[1])
    np.testing.assert_array_equal(values[0], values[2])
