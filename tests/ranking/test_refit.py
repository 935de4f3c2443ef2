"""Rankers trained once more on the validation part: what was chosen stays, and a kill changes nothing."""

from dataclasses import replace

import numpy as np
import pytest

from tests.impressions import one_choice, shown
from tests.runs.runs import CopiesTheRunOfTraining, assert_same_outcome, figures_of
from tfrec_dl.errors import InputError
from tfrec_dl.families.run import Run
from tfrec_dl.lifecycle.train import train
from tfrec_dl.ranking.calibration import CALIBRATION
from tfrec_dl.ranking.data.feedback import Feedback
from tfrec_dl.ranking.data.source import RankingSource
from tfrec_dl.ranking.saved_state import load_ranking_data
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.runs.checkpoints import kept_epoch

PLAIN = RECIPES["wide_and_deep"].with_settings(
    {"dimension": 8, "ranker.units": (8,), "epochs": 3, "batch_size": 64, "learning_rate": 0.02, "max_length": 5}
)
RECIPE = PLAIN.with_settings({"training.refit": True})


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "table.csv"
    shown(lists=150, candidates=4).to_csv(path, index=False)
    return str(path)


@pytest.fixture(scope="module")
def clicks(table) -> RankingSource:
    return RankingSource(table, Feedback(click="click"), lists=("list",), context={"rating": "ignore"})


@pytest.fixture(scope="module")
def refitted(clicks, tmp_path_factory) -> Run:
    """Beside it what a kill in the second training would leave."""
    folder = tmp_path_factory.mktemp("runs") / "refitted"
    return train(RECIPE, clicks, folder, [CopiesTheRunOfTraining(2, 1, folder, folder.with_name("killed"))], verbose=0)


@pytest.fixture(scope="module")
def chosen(refitted) -> Run:
    return Run.open(refitted.folder / "chosen")


def test_the_second_training_has_as_many_epochs_as_were_best_on_all_rows_before_the_test(refitted, chosen, clicks):
    assert chosen.recipe == replace(PLAIN, name="wide_and_deep_chosen")
    values = [row["val_ndcg"] for row in figures_of(chosen.folder)]
    rows = figures_of(refitted.folder)
    assert len(rows) == kept_epoch(refitted.folder) == 1 + values.index(max(values))
    assert not any(name.startswith("val_") for row in rows for name in row)
    split = clicks.read().split
    trained_on = [run.model().fitted_state.items.counts.sum() for run in (chosen, refitted)]
    assert trained_on == [len(split.train), len(split.train) + len(split.validation)]


def test_metrics_say_what_was_gained_and_calibration_is_that_of_the_choice(refitted, chosen):
    metrics, before = refitted.metrics(), chosen.metrics()
    assert metrics["validation/ndcg"] == before["validation/ndcg"]
    assert metrics["test_start/ndcg"] == pytest.approx(before["test/ndcg"])
    assert metrics["test_gain/ndcg"] == pytest.approx(metrics["test/ndcg"] - before["test/ndcg"])
    assert metrics["test_gain/auc/low"] <= metrics["test_gain/auc"] <= metrics["test_gain/auc/high"]
    assert (refitted.folder / CALIBRATION).read_bytes() == (chosen.folder / CALIBRATION).read_bytes()
    family = refitted.recipe.family
    assert f"{metrics['test_gain/ndcg']:+.4f} to ndcg" in family.outcome(refitted)[0]
    assert [run.recipe.name for run in family.lines(refitted)] == ["wide_and_deep", "wide_and_deep_chosen"]
    assert "chosen" in family.why_not_measured(refitted, "validation")
    assert "on the validation part too" in family.task.card(refitted).split


def test_both_trainings_have_a_line_on_the_leaderboard(refitted, clicks):
    entries = refitted.recipe.family.task.entries(refitted, clicks.read())
    assert [entry.name for entry in entries] == ["wide_and_deep", "wide_and_deep_chosen"]
    for entry, part in zip(entries, ("test", "test_start"), strict=True):
        assert entry.reports["click"].means()["ndcg"] == pytest.approx(refitted.metrics()[f"{part}/ndcg"])


def test_what_follows_from_the_training_part_stays_though_validation_says_otherwise(tmp_path):
    frame = one_choice(shown(lists=150, candidates=4))
    twice = frame.index[frame["list"] == 112][:2]  # a list to validate on, with two clicks
    frame.loc[twice, "click"] = 1
    frame.to_csv(tmp_path / "table.csv", index=False)
    feedback = Feedback(click="click", conversion="order")
    source = RankingSource(str(tmp_path / "table.csv"), feedback, lists=("list",), context={"rating": "ignore"})
    run = train(RECIPE.with_settings({"epochs": 1}), source, tmp_path / "run", verbose=0)
    for folder in (run.folder / "chosen", run.folder):
        assert load_ranking_data(folder, RECIPE.model.content).objectives["click"].config.name == "choice"
    assert "test_gain/ctcvr_auc" in run.metrics()


def test_data_that_cannot_be_learnt_from_leave_nothing_behind(table, tmp_path):
    rare = RankingSource(
        table, Feedback(click="click"), lists=("list",), context={"rating": "ignore"}, min_count=10_000
    )
    with pytest.raises(InputError, match="10,000|10000"):
        train(RECIPE, rare, tmp_path / "run", verbose=0)
    assert not (tmp_path / "run" / "config.json").exists()


def test_killed_and_called_again_it_ends_as_if_it_had_not_been(refitted, clicks):
    folder = refitted.folder.with_name("killed")
    assert Run.open(folder / "chosen").finished
    assert not Run.open(folder).finished
    train(RECIPE, clicks, folder, verbose=0)
    assert_same_outcome(folder, refitted)


def test_a_network_that_adds_nothing_to_few_ratings_leaves_the_linear_model_of_all_of_them(table, tmp_path):
    """At a rate that ruins the network the best epoch is none: what it began with, fitted on both parts."""
    ratings = RankingSource(table, Feedback(rating="rating"), context={"click": "ignore", "order": "ignore"})
    recipe = RECIPE.with_settings({"epochs": 1, "learning_rate": 30.0, "weight_average": 0})
    run = train(recipe, ratings, tmp_path / "run", verbose=0)
    first = Run.open(run.folder / "chosen")
    assert kept_epoch(first.folder) == kept_epoch(run.folder) == 0
    before, after = (load_ranking_data(each.folder, recipe.model.content).linear["rating"] for each in (first, run))
    assert before.penalties == after.penalties
    assert before.intercept != after.intercept
    assert run.metrics()["test_gain/rmse/low"] <= run.metrics()["test_gain/rmse"]
    assert np.isfinite(run.metrics()["test/rmse"])
