"""Runs of rating prediction from reviews: what they hold, resuming after a kill, and opening without data."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.runs.runs import CopiesTheRun, figures_of
from tests.worded_reviews import told_by_own_words
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.ratings import evaluate_ratings
from tfrec_dl.families.run import Run
from tfrec_dl.lifecycle.train import train
from tfrec_dl.recipes.named import RECIPES, get_recipe
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.reviews.model import RatingModel
from tfrec_dl.reviews.readers import ReviewAttention
from tfrec_dl.reviews.serving import export_ratings, load_ratings
from tfrec_dl.reviews.source import ReviewSource

SETTINGS = {"model.text.embedding": 4, "filters": 4, "epochs": 3, "batch_size": 32, "patience": 3, "seed": 5}
METRICS = ("rmse", "mse", "mae")


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    """With dropout, attention and averaged weights: everything that a continued training has to restore."""
    changed = get_recipe("deep_conn").with_settings(SETTINGS)
    reader = {"model": {**changed.to_dict()["model"], "reader": {"name": "review_attention", "units": 4}}}
    return Recipe.from_dict({**changed.to_dict(), **reader})


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> ReviewSource:
    path = tmp_path_factory.mktemp("data") / "reviews.csv"
    reviews = told_by_own_words(users=25, items=20, each=6)
    columns = {"user_id": reviews.user_ids[reviews.users], "item_id": reviews.item_ids[reviews.items]}
    pd.DataFrame({**columns, "rating": reviews.ratings, "review": reviews.texts}).to_csv(path, index=False)
    return ReviewSource(str(path))


@pytest.fixture(scope="module")
def finished(recipe, source, tmp_path_factory) -> Run:
    folder = tmp_path_factory.mktemp("runs") / "deep_conn"
    return train(recipe, source, folder, [CopiesTheRun(3, folder, folder.with_name("killed"))], verbose=0)


@pytest.fixture(scope="module")
def model(finished) -> RatingModel:
    return finished.model()


def test_metrics_are_those_of_the_model_beside_the_rating_bias_baseline(finished, model):
    metrics, split = finished.metrics(), finished.split()
    summary = evaluate_ratings(model, split.test).summary()
    for part in ("validation", "test", "validation_bias", "test_bias"):
        for name in METRICS:
            low, value, high = (metrics[f"{part}/{name}{end}"] for end in ("/low", "", "/high"))
            assert 0.0 < low <= value <= high
    assert {name: metrics[f"test/{name}"] for name in METRICS} == pytest.approx(summary, rel=1e-6)
    assert metrics["test_gain/rmse"] == pytest.approx(metrics["test/rmse"] - metrics["test_bias/rmse"])
    assert metrics["test_gain/rmse/low"] <= metrics["test_gain/rmse"] <= metrics["test_gain/rmse/high"]


def test_best_epoch_on_validation_is_kept(finished):
    assert finished.metrics()["validation/mse"] == pytest.approx(
        min(row["val_mse"] for row in figures_of(finished.folder)), rel=1e-5
    )


def test_run_opens_without_its_table_and_holds_no_text(finished, model, tmp_path):
    folder = Path(shutil.copytree(finished.folder, tmp_path / "moved"))
    text = (folder / "config.json").read_text(encoding="utf-8")
    (folder / "config.json").write_text(text.replace(finished.source.path, "/gone.csv"), encoding="utf-8")
    users, items = ["user_0", "user_1", "nobody"], ["item_0", "nothing", "item_2"]
    expected = model.predict_ratings(users, items)
    np.testing.assert_array_equal(Run.open(folder).model().predict_ratings(users, items), expected)
    with pytest.raises(InputError, match="gone.csv"):
        Run.open(folder).split()


def test_a_run_killed_in_its_third_epoch_and_called_again_ends_the_same(recipe, source, finished, model):
    folder = finished.folder.with_name("killed")
    assert not Run.open(folder).finished
    train(recipe, source, folder, verbose=0)
    assert figures_of(folder) == figures_of(finished.folder)
    assert (folder / "metrics.json").read_bytes() == (finished.folder / "metrics.json").read_bytes()
    for variable, other in zip(Run.open(folder).model().variables, model.variables, strict=True):
        np.testing.assert_array_equal(variable, other)


def test_an_export_of_a_run_answers_as_its_model(model, tmp_path):
    users, items = ["user_0", "user_1", "nobody"], ["item_0", "nothing", "item_2"]
    version = export_ratings(model, tmp_path / "ratings")
    expected = model.predict_ratings(users, items)
    assert load_ratings(version).predict_ratings(users, items) == pytest.approx(expected, abs=1e-5)


def test_a_changed_table_is_refused(finished, source, tmp_path):
    folder = Path(shutil.copytree(finished.folder, tmp_path / "run"))
    table = Path(shutil.copy(source.path, tmp_path / "reviews.csv"))
    text = (folder / "config.json").read_text(encoding="utf-8")
    (folder / "config.json").write_text(text.replace(source.path, str(table)), encoding="utf-8")
    Run.open(folder).split()
    table.write_text(table.read_text().replace("broken", "splendid"))
    with pytest.raises(InputError, match="has changed since"):
        Run.open(folder).split()


def test_a_finished_run_is_given_back_and_one_of_other_settings_is_refused(recipe, source, finished, tmp_path):
    assert train(recipe, source, finished.folder, verbose=0).metrics() == finished.metrics()
    folder = Path(shutil.copytree(finished.folder, tmp_path / "run"))
    (folder / "metrics.json").unlink()
    with pytest.raises(InputError, match="training.epochs 3, not 4"):
        train(recipe.with_settings({"epochs": 4}), source, folder, verbose=0)


def test_bad_data_leave_no_folder(recipe, tmp_path):
    path = tmp_path / "reviews.csv"
    path.write_text("user_id,item_id,rating,review\n" + "".join(f"u{row},i,{row / 7},good\n" for row in range(50)))
    with pytest.raises(InputError, match="distinct values"):
        train(recipe, ReviewSource(str(path)), tmp_path / "run", verbose=0)
    assert not (tmp_path / "run").exists()


def test_recipe_comes_back_from_json(recipe):
    assert recipe.model.reader == ReviewAttention(units=4)
    assert Recipe.from_dict(recipe.to_dict()) == recipe != RECIPES["deep_conn"]
    with pytest.raises(InputError, match="did you mean 'deep_conn'"):
        get_recipe("deepconn")
