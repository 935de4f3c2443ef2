"""What every ranking recipe promises, on impressions whose causes are known: a new ranker joins by being named.

For clicks in lists, for clicks with conversions, and for ratings.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from tests.impressions import one_choice, shown
from tests.ranking.fitted import built
from tests.runs.runs import CopiesTheRun, figures_of
from tfrec_dl.families.run import Run
from tfrec_dl.lifecycle.train import train
from tfrec_dl.ranking.data.batches import RankingBatches, RankingRows
from tfrec_dl.ranking.data.feedback import Feedback
from tfrec_dl.ranking.data.source import RankingSource
from tfrec_dl.ranking.data.splits import ImpressionSplit
from tfrec_dl.ranking.evaluate import evaluate_ranking
from tfrec_dl.ranking.model import RankingModel
from tfrec_dl.ranking.predictor import Predictor
from tfrec_dl.ranking.rows import ranking_rows
from tfrec_dl.ranking.serving.export import export_ranking_model
from tfrec_dl.ranking.serving.ranker import load_ranker
from tfrec_dl.recipes.named import RECIPES, recipes_of
from tfrec_dl.recipes.recipe import Recipe

EPOCHS = 3
SMALL = {
    "dimension": 4,
    "ranker.dropout": 0.0,
    "id_dropout": 0.1,
    "epochs": EPOCHS,
    "patience": EPOCHS,
    "batch_size": 64,
    "learning_rate": 0.03,
    "weight_average": 0.7,
    "max_length": 4,
}
LABELS = {
    "clicks": Feedback(click="click"),
    "conversions": Feedback(click="click", conversion="order"),
    "ratings": Feedback(rating="rating"),
}
HEADS = {
    "clicks": {"click", "click_logit"},
    "conversions": {"click", "click_logit", "conversion", "click_and_conversion"},
    "ratings": {"rating"},
}
RANKERS = recipes_of("ranking")
# Heads know nothing of the rankers before them: every ranker has the labels with most heads, and one has the others.
EVERY_CASE = [*((name, "conversions") for name in RANKERS), ("dcn", "clicks"), ("dcn", "ratings")]
# Trainings are dear: each ranker has one, with labels of its own.
LABELS_OF = {"wide_and_deep": "conversions", "dcn": "ratings", "din": "conversions"}
CASES = [(name, LABELS_OF.get(name, "clicks")) for name in RANKERS]
KILLED = "dcn"  # going on is alike for all; test_train.py kills a ranker with everything random


@dataclass(frozen=True)
class Trained:
    labels: str
    recipe: Recipe
    source: RankingSource
    run: Run
    killed: Path
    split: ImpressionSplit
    model: RankingModel
    rows: RankingRows
    predictions: dict[str, np.ndarray]
    """Of the test rows, "row" among them."""


@pytest.fixture(scope="module")
def table(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    frame = shown(lists=160, candidates=4)
    frame.to_csv(folder / "several.csv", index=False)
    one_choice(frame).to_csv(folder / "clicks.csv", index=False)
    return folder


def source_of(labels: str, table: Path) -> RankingSource:
    feedback = LABELS[labels]
    others = {"click", "order", "rating"} - set(feedback.columns)
    return RankingSource(
        str(table / ("clicks.csv" if labels == "clicks" else "several.csv")),
        feedback,
        lists=() if labels == "ratings" else ("list",),
        position=None if labels == "ratings" else "position",
        context=dict.fromkeys([*others, *(("list", "position") if labels == "ratings" else ())], "ignore"),
        split="random" if labels == "ratings" else "temporal",
    )


@pytest.fixture(scope="module", params=CASES, ids="-".join)
def trained(request, table, tmp_path_factory) -> Trained:
    name, labels = request.param
    recipe, source = RECIPES[name].with_settings(SMALL), source_of(labels, table)
    folder = tmp_path_factory.mktemp(name)
    copies = [CopiesTheRun(EPOCHS, folder / "run", folder / "killed")] if name == KILLED else []
    tf.keras.backend.clear_session()  # layers are named as in a process of its own: sums go by the names
    run = Run.open(train(recipe, source, folder / "run", copies, verbose=0).folder)
    split, model = run.split(), run.model()
    rows = ranking_rows(model.fitted_state, split)
    predictions = Predictor(model)(RankingBatches(rows, split.test, 100).in_order())
    return Trained(labels, recipe, source, run, folder / "killed", split, model, rows, predictions)


@pytest.mark.parametrize(("name", "labels"), EVERY_CASE, ids=lambda part: part)
def test_every_weight_learns_from_every_kind_of_label(name, labels, table):
    source = source_of(labels, table)
    split = source.read().split
    found = built(RECIPES[name].with_settings({**SMALL, "sharing": "mmoe", "experts": 2}), split)
    batch = {name: tf.constant(values) for name, values in found.rows.batch(np.arange(400)).items()}
    unused = {variable.name for variable in found.model.trainable_variables}
    for _ in range(2):  # what begins at zero keeps the gradient from what lies before it
        with tf.GradientTape() as tape:
            loss = found.model.compute_loss(batch, training=True)
        assert np.isfinite(loss)
        variables = found.model.trainable_variables
        for variable, gradient in zip(variables, tape.gradient(loss, variables), strict=True):
            assert gradient is not None, variable.name
            gradient = tf.convert_to_tensor(gradient)
            assert np.isfinite(gradient).all(), variable.name
            if np.any(gradient):
                unused.discard(variable.name)
            variable.assign_sub(0.1 * gradient)
    assert not unused
    assert set(found.model.predictions(batch)) == HEADS[labels]


def test_loss_falls(trained):
    losses = [row["loss"] for row in figures_of(trained.run.folder)]
    assert len(losses) == EPOCHS
    assert np.isfinite(losses).all()
    assert losses[-1] < losses[0]


def test_learns_what_is_liked(trained):
    metrics = trained.run.metrics()
    if trained.labels == "ratings":
        spread = trained.split.impressions.labels["rating"][trained.split.test].std()
        assert metrics["test/rmse"] < 0.85 * spread
    else:
        assert metrics["test/auc"] > 0.65
        assert metrics["test/ndcg"] > 0.6
    if trained.labels == "conversions":
        assert metrics["test/ctcvr_auc"] > 0.65


def test_weights_loaded_from_the_run_are_those_that_were_measured(trained):
    reports = evaluate_ranking(trained.model, trained.rows, trained.split.test)
    assert set(reports) == HEADS[trained.labels] - {"click_logit", "click_and_conversion"}
    for report in reports.values():
        metrics = report.means() if hasattr(report, "means") else report.summary()
        for name, value in metrics.items():
            if np.isfinite(value) and name != "mse":  # its root is kept
                assert trained.run.metrics()[f"test/{name}"] == pytest.approx(value, rel=1e-5), name


def test_predictions_are_probabilities_and_ratings_of_the_scale(trained):
    found = trained.predictions
    assert sorted(found["row"]) == trained.split.test.tolist()
    assert set(found) - {"row"} == HEADS[trained.labels]
    for name, values in found.items():
        assert np.isfinite(values).all()
        if name == "rating":
            assert values.min() >= 1
            assert values.max() <= 5
        elif name not in ("row", "click_logit"):
            assert values.min() > 0
            assert values.max() < 1
    if trained.labels == "conversions":
        np.testing.assert_allclose(found["click_and_conversion"], found["click"] * found["conversion"], rtol=1e-5)


@pytest.mark.parametrize("trained", [(KILLED, LABELS_OF[KILLED])], indirect=True, ids="-".join)
def test_killed_run_called_again_ends_as_if_it_had_not_been(trained):
    assert not Run.open(trained.killed).finished
    tf.keras.backend.clear_session()  # layers are named as in a process of its own: sums go by the names
    resumed = train(trained.recipe, trained.source, trained.killed, verbose=0)
    metrics = "metrics.json"
    assert (resumed.folder / metrics).read_bytes() == (trained.run.folder / metrics).read_bytes()
    for variable, other in zip(resumed.model().trainable_variables, trained.model.trainable_variables, strict=True):
        np.testing.assert_array_equal(variable, other)


def test_export_serves_what_the_model_predicts(trained, tmp_path):
    ranker = load_ranker(export_ranking_model(trained.model, tmp_path))
    table, events = trained.split.impressions, trained.rows.events
    frame = pd.read_csv(trained.source.path)
    values = {
        name: dict(zip(trained.predictions["row"], column, strict=True)) for name, column in trained.predictions.items()
    }
    for number in np.unique(table.lists[trained.split.test])[:3]:
        own = np.flatnonzero(table.lists == number)
        past = events.before(np.array([number]), trained.model.fitted_state.max_length)[0]
        rows = events.rows[past[past >= 0]]
        columns = {
            "user_id": frame["user_id"],
            "item_id": frame["item_id"],
            "history_price": frame["price"],
            "history_age": frame["timestamp"][own[0]] - frame["timestamp"],
            "history_rating": frame["rating"],
            "history_conversion": frame["order"],
        }
        histories = pd.DataFrame(columns).iloc[rows]
        found = ranker.rank_table(frame.iloc[own].assign(request=0), histories, list_columns=["request"])
        assert (np.diff(found["score"]) <= 0).all()
        expected = {
            name: dict(zip(frame["item_id"][own], map(column.get, own), strict=True)) for name, column in values.items()
        }
        np.testing.assert_allclose(found["score"], found["item_id"].map(expected[trained.model.orders_by]), atol=1e-5)
        for name in ranker.predictions:
            np.testing.assert_allclose(found[name], found["item_id"].map(expected[name]), atol=1e-5, err_msg=name)
