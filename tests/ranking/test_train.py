"""Runs of ranking models: their folder, going on after a kill, and what is measured."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from tests.impressions import shown
from tests.runs.runs import CopiesTheRun, contents, figures_of, history
from tfrec_dl.errors import InputError
from tfrec_dl.families.run import Run
from tfrec_dl.lifecycle.train import train
from tfrec_dl.ranking.averaged_weights import averaged_weights
from tfrec_dl.ranking.data.feedback import Feedback
from tfrec_dl.ranking.data.source import RankingSource
from tfrec_dl.ranking.evaluate import evaluate_ranking
from tfrec_dl.ranking.model import RankingModel
from tfrec_dl.ranking.rows import ranking_rows
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.runs.optimisers import RowSparseAdam

# Everything that draws random numbers is on.
SETTINGS = {
    "dimension": 8,
    "ranker.units": (8,),
    "sharing": "shared_embeddings",
    "id_dropout": 0.2,
    "embedding_dropout": 0.1,
    "regularization": 0.01,
    "epochs": 4,
    "patience": 4,
    "batch_size": 64,
    "learning_rate": 0.02,
    "weight_average": 0.8,
    "weight_decay": 0.01,
    "drawn": 3,
    "max_length": 5,
    "seed": 5,
}


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    return RECIPES["wide_and_deep"].with_settings(SETTINGS)


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> RankingSource:
    folder = tmp_path_factory.mktemp("data")
    shown(lists=150, candidates=4).to_csv(folder / "table.csv", index=False)
    years = [*range(1990, 2002), 1990, 1995, 2001]  # the last three were never shown
    items = {"item_id": [f"i{item}" for item in range(15)], "year": years}
    pd.DataFrame(items).to_csv(folder / "items.csv", index=False)
    users = {"user_id": [f"u{user}" for user in range(10)], "town": ["Ulm", "Bonn"] * 5}  # half have none
    pd.DataFrame(users).to_csv(folder / "users.csv", index=False)
    return RankingSource(
        str(folder / "table.csv"),
        Feedback(click="click", conversion="order"),
        lists=("list",),
        position="position",
        context={"rating": "ignore"},
        items=str(folder / "items.csv"),
        item_kinds={"year": "number"},
        users=str(folder / "users.csv"),
        user_kinds={"town": "category"},
    )


def train_anew(recipe, source, folder, callbacks=()) -> Run:
    """Trains as a process of its own would: TensorFlow orders sums by the layers' names, which Keras counts on."""
    tf.keras.backend.clear_session()
    return train(recipe, source, folder, callbacks, verbose=0)


@pytest.fixture(scope="module")
def finished(recipe, source, tmp_path_factory) -> Run:
    folder = tmp_path_factory.mktemp("runs") / "finished"
    return train_anew(recipe, source, folder, [CopiesTheRun(3, folder, folder.with_name("interrupted"))])


@pytest.fixture(scope="module")
def model(finished) -> RankingModel:
    """As the run is opened."""
    return Run.open(finished.folder).model()


@pytest.fixture(scope="module")
def interrupted(finished) -> Path:
    """The folder of a run that broke off in its third epoch."""
    return finished.folder.with_name("interrupted")


def refusal(recipe, source, folder) -> str:
    with pytest.raises(InputError) as refused:
        train(recipe, source, folder, verbose=0)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_interrupted_run_called_again_ends_as_if_it_had_not_been(
    interrupted, recipe, source, finished, model, tmp_path
):
    folder = Path(shutil.copytree(interrupted, tmp_path / "copy"))
    assert not Run.open(folder).finished
    assert [row["epoch"] for row in history(folder)] == ["1", "2"]
    train_anew(recipe, source, folder)
    for name in ("metrics.json", "calibration.json"):
        assert (folder / name).read_bytes() == (finished.folder / name).read_bytes()
    assert figures_of(folder) == figures_of(finished.folder)
    for variable, other in zip(Run.open(folder).model().trainable_variables, model.trainable_variables, strict=True):
        np.testing.assert_array_equal(variable, other)


def test_finished_folder_is_left_as_it_is_and_refused_to_another_recipe(finished, recipe, source):
    before = contents(finished.folder)
    assert train(recipe, source, finished.folder, verbose=0).metrics() == finished.metrics()
    assert "holds a finished run" in refusal(recipe.with_settings({"seed": 9}), source, finished.folder)
    assert contents(finished.folder) == before


def test_unfinished_folder_of_another_recipe_or_other_data_is_refused(interrupted, recipe, source):
    before = contents(interrupted)
    other = recipe.with_settings({"learning_rate": 0.5})
    assert "unfinished run with recipe.training.learning_rate 0.02, not 0.5" in refusal(other, source, interrupted)
    bolder = replace(source, test_share=0.3)
    assert "unfinished run with data.test_share 0.2, not 0.3" in refusal(recipe, bolder, interrupted)
    assert contents(interrupted) == before


def test_folder_of_other_files_is_refused(tmp_path, recipe, source):
    (tmp_path / "notes.txt").write_text("mine")
    assert "exists and is not a run: choose a new folder" in refusal(recipe, source, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_data_that_cannot_be_judged_are_refused_before_anything_is_written(tmp_path, recipe):
    frame = shown(lists=150, candidates=4)
    frame.loc[(frame["list"] > 100) & (frame["list"] < 123), "click"] = 0
    frame["order"] *= frame["click"]
    frame.to_csv(tmp_path / "table.csv", index=False)
    source = RankingSource(str(tmp_path / "table.csv"), Feedback(click="click"), lists=("list",))
    assert "every click of the validation part is 0" in refusal(recipe, source, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_metrics_are_of_clicks_and_conversions_on_validation_and_test(finished):
    metrics = finished.metrics()
    names = ("auc", "group_auc", "log_loss", "normalised_entropy", "calibration_error", "ctr", "ndcg", "ndcg@5")
    names += ("predicted_ctr@1", "precision@1", "recall@5", "cvr", "cvr_auc", "ctcvr_auc")
    for part in ("validation", "test"):
        for name in names:
            assert np.isfinite(metrics[f"{part}/{name}"]), name
            assert metrics[f"{part}/{name}/low"] <= metrics[f"{part}/{name}/high"]
    assert not {name for name in metrics if not name.startswith(("validation/", "test/"))}
    assert set(json.loads((finished.folder / "config.json").read_text())["features"]) == {"items", "users"}


def test_opened_run_predicts_what_was_measured(finished, model):
    run = Run.open(finished.folder)
    split = run.split()
    rows = ranking_rows(model.fitted_state, split)
    reports = evaluate_ranking(model, rows, split.test)
    metrics = run.metrics()
    for name, value in reports["click"].means().items():
        assert metrics[f"test/{name}"] == pytest.approx(value, rel=1e-6), name
    assert set(model.fitted_state.items.ids) == {f"i{item}" for item in range(15)}
    assert model.calibration is not None
    best = max(float(row["val_ndcg"]) for row in history(run.folder))
    assert evaluate_ranking(model, rows, split.validation)["click"].means()["ndcg"] > best - 0.05


def test_items_and_users_are_told_apart_by_their_features(finished, model):
    """Even those that were never shown."""
    split = finished.split()
    batch = ranking_rows(model.fitted_state, split).batch(split.test[:4])
    unseen = model.fitted_state.items.encode(["i12", "i14"])
    values = [model.predictions({**batch, "item": np.full(4, item, np.int32)})["click_logit"] for item in unseen]
    assert not np.allclose(values[0], values[1], atol=1e-6)


def test_table_that_has_changed_is_refused(finished, tmp_path):
    folder = Path(shutil.copytree(finished.folder, tmp_path / "copy"))
    config = json.loads((folder / "config.json").read_text())
    frame = pd.read_csv(config["data"]["path"])
    frame.assign(price=1).to_csv(tmp_path / "other.csv", index=False)
    config["data"]["path"] = str(tmp_path / "other.csv")
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(InputError, match="has changed since"):
        Run.open(folder).split()


def test_unfinished_run_has_no_metrics_and_an_empty_configuration_is_no_run(interrupted, tmp_path):
    with pytest.raises(InputError, match="is not finished: train with the same settings into it to continue"):
        Run.open(interrupted).metrics()
    (tmp_path / "config.json").write_text('{"recipe": {}, "data": {}}')
    with pytest.raises(InputError, match="the field 'data_fingerprint' is missing"):
        Run.open(tmp_path)
    with pytest.raises(InputError, match="does not exist"):
        Run.open(tmp_path / "nowhere")


def test_averages_stand_in_for_the_weights_as_long_as_one_looks():
    model = tf.keras.Sequential([tf.keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")])
    model.build([None, 1])
    model.compile(optimizer=RowSparseAdam(0.1, use_ema=True, ema_momentum=0.5))
    (weight,) = model.trainable_variables
    model.optimizer.build([weight])
    expected = 0.0
    for _ in range(3):
        model.optimizer.apply_gradients([(tf.ones_like(weight), weight)])
        expected = 0.5 * expected + 0.5 * float(weight[0, 0])
    last = float(weight[0, 0])
    assert last == pytest.approx(-0.3, rel=1e-3)
    with averaged_weights(model):
        assert float(weight[0, 0]) == pytest.approx(expected, rel=1e-5)
    assert float(weight[0, 0]) == last
    with pytest.raises(RuntimeError), averaged_weights(model):
        raise RuntimeError
    assert float(weight[0, 0]) == last


def test_weights_stay_where_no_averages_are_kept():
    model = tf.keras.Sequential([tf.keras.layers.Dense(1)])
    model.build([None, 1])
    model.compile(optimizer=RowSparseAdam(0.1))
    before = model.get_weights()
    with averaged_weights(model):
        np.testing.assert_array_equal(model.get_weights()[0], before[0])
