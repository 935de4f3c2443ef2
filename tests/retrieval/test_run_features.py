"""Runs over features: what their folder keeps, whom it refuses, and what a killed one comes to."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from tests.items import class_walk, coloured, worded
from tests.runs.runs import CopiesTheRun, assert_same_outcome, contents, refusal
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.source import DataSource
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.cold_start import evaluate_cold_start
from tfrec_dl.families.run import Run
from tfrec_dl.lifecycle.compare import compare, train_once
from tfrec_dl.lifecycle.train import train
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.fitted_features import load_fitted
from tfrec_dl.retrieval.network_run import save_vocabulary, vocabulary_of

CLASSES, PER_CLASS = 4, 6
# Everything that draws random numbers is on.
SETTINGS = {
    "kind": "hybrid",
    "channels": 8,
    "dilations": (1,),
    "dimension": 8,
    "max_length": 6,
    "context": 2,
    "batch_size": 16,
    "epochs": 3,
    "learning_rate": 0.02,
    "text.filters": 8,
    "text.embedding": 8,
    "image.size": (8, 8),
    "image.filters": (4,),
    "loss": "sampled_softmax",
    "negatives": 8,
}


def write_tables(folder: Path) -> DataSource:
    """Interactions, items with words and pictures, and users with an age; some of each without the other."""
    class_walk(CLASSES, PER_CLASS, users=50, length=10).to_csv(folder / "table.csv", index=False)
    words, pictures = worded(CLASSES, PER_CLASS + 1), coloured(CLASSES, PER_CLASS + 1)
    items = pd.DataFrame({"item_id": words.ids, "text": words.columns["text"]})
    items["cover"] = [tf.io.encode_png(picture).numpy() for picture in pictures.columns["cover"]]
    items[items["item_id"] != "item_3"].to_parquet(folder / "items.parquet")
    users = pd.DataFrame({"user_id": [f"user_{user}" for user in range(40)], "age": np.arange(40) % 7 + 20})
    users.to_csv(folder / "users.csv", index=False)
    paths = {name: str(folder / file) for name, file in (("items", "items.parquet"), ("users", "users.csv"))}
    return DataSource(str(folder / "table.csv"), **paths, image_size=(9, 7))


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    return RECIPES["next_it_net"].with_settings(SETTINGS)


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> DataSource:
    return write_tables(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def finished(recipe, source, tmp_path_factory) -> Run:
    folder = tmp_path_factory.mktemp("runs") / "finished"
    return train(recipe, source, folder, [CopiesTheRun(2, folder, folder.with_name("interrupted"))], verbose=0)


@pytest.fixture(scope="module")
def interrupted(finished) -> Path:
    return finished.folder.with_name("interrupted")


@pytest.fixture
def copy(interrupted, tmp_path) -> Path:
    return Path(shutil.copytree(interrupted, tmp_path / "copy"))


def test_folder_keeps_the_features_and_what_they_are(finished, source):
    items = Catalogue.load(finished.folder / "items.parquet")
    assert items.fingerprint() == source.read_items().fingerprint()
    users = source.read_users()
    assert Catalogue.load(finished.folder / "users.parquet").fingerprint() == users.fingerprint()
    assert finished.config()["features"] == {
        "items": {"kinds": {"text": "text", "cover": "image"}, "rows": 27, "fingerprint": items.fingerprint()},
        "users": {"kinds": {"age": "number"}, "rows": 40, "fingerprint": users.fingerprint()},
    }
    assert finished.config()["data"]["items"] == source.items


def test_items_that_nobody_met_are_in_the_vocabulary_with_count_0(finished):
    vocabulary = vocabulary_of(finished)
    assert {"item_24", "item_25", "item_26", "item_27"} <= set(vocabulary.ids[vocabulary.counts == 0])
    assert "item_3" in set(vocabulary.ids[vocabulary.counts > 0])  # it has no features, and is met


def test_model_is_built_again_without_the_data_to_the_bit(finished, source, tmp_path):
    folder = Path(shutil.copytree(finished.folder, tmp_path / "elsewhere"))
    config = json.loads((folder / "config.json").read_text())
    config["data"] |= {"path": "gone.csv", "items": "gone.parquet", "users": "gone.csv"}
    (folder / "config.json").write_text(json.dumps(config))
    model, again = finished.model(), Run.open(folder).model()
    np.testing.assert_array_equal(again.item_vectors(), model.item_vectors())
    history = finished.split().test.histories.padded(6)
    np.testing.assert_array_equal(again.query(history), model.query(history))
    ids = source.read().interactions.user_ids.astype(str)
    np.testing.assert_array_equal(again.user_tower(ids), model.user_tower(ids))


def test_what_was_learnt_of_features_is_read_and_not_learnt_again(finished, tmp_path):
    """The run of an early version, which has no such file, learns the same from the features it has."""
    folder = Path(shutil.copytree(finished.folder, tmp_path / "elsewhere"))
    fitted = load_fitted(folder)
    assert (fitted.items.kinds, fitted.users.kinds) == ({"text": "text", "cover": "image"}, {"age": "number"})
    early = Path(shutil.copytree(folder, tmp_path / "early"))
    (early / "fitted_features.json").unlink()
    found = Run.open(early).model()
    np.testing.assert_array_equal(found.item_vectors(), finished.model().item_vectors())
    assert found.item_tower.fitted.states == fitted.items.states
    assert found.user_tower.fitted.states == fitted.users.states
    # Ages that changed since are standardised by the mean of the first, in a run that has no fingerprints yet.
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({name: part for name, part in config.items() if name != "files"}))
    users = Catalogue.load(folder / "users.parquet")
    replace(users, columns={"age": users.columns["age"] + 100}).save(folder / "users.parquet")
    assert Run.open(folder).model().user_tower.fitted.states == fitted.users.states


def test_damaged_file_of_what_was_learnt_is_refused_in_one_line(finished, tmp_path):
    folder = Path(shutil.copytree(finished.folder, tmp_path / "damaged"))
    (folder / "fitted_features.json").write_text('{"items": 3}')
    with pytest.raises(InputError, match="the run is damaged") as refused:
        Run.open(folder).model()
    assert "\n" not in str(refused.value)


def test_killed_run_over_features_ends_as_if_it_had_not_been(copy, recipe, source, finished):
    assert not Run.open(copy).finished
    train(recipe, source, copy, verbose=0)
    assert_same_outcome(copy, finished)


def test_run_killed_before_its_features_were_saved_is_begun_again(copy, recipe, source):
    (copy / "items.parquet").unlink()
    dataset = source.read()
    save_vocabulary(Run.begin(copy, recipe, dataset), dataset)
    assert Catalogue.load(copy / "items.parquet").fingerprint() == dataset.features["items"].fingerprint()


@pytest.mark.parametrize("table", ["items", "users"])
def test_run_whose_features_changed_is_refused(copy, finished, recipe, source, tmp_path, table):
    """By another fingerprint, under the very same path."""
    path = Path(getattr(source, table))
    kept = path.read_bytes()
    try:
        if table == "items":
            pd.read_parquet(path).assign(text=lambda frame: frame["text"] + " more").to_parquet(path)
        else:
            path.write_text(path.read_text().replace("user_0,20", "user_0,21"))
        before = contents(copy)
        assert f"holds an unfinished run with features.{table}.fingerprint" in refusal(recipe, source, copy)
        assert contents(copy) == before
        with pytest.raises(InputError, match="holds a run on other data") as refused:
            train_once(recipe, source.read(), finished.folder)
        assert "\n" not in str(refused.value)
        shutil.copytree(finished.folder, tmp_path / "board" / recipe.name)
        with pytest.raises(InputError, match="holds a run on other data"):
            compare([recipe], source, tmp_path / "board", verbose=0)
    finally:
        path.write_bytes(kept)
    assert train_once(recipe, source.read(), finished.folder).folder == finished.folder


def test_run_of_another_choice_of_features_is_refused(copy, recipe, source):
    ignoring = replace(source, item_kinds={"cover": "ignore"})
    assert "holds an unfinished run with features.items." in refusal(recipe, ignoring, copy)
    without_users = DataSource(source.path, items=source.items, image_size=source.image_size)
    assert "unfinished run with data.users" in refusal(recipe, without_users, copy)


def test_kind_without_features_and_features_without_kind_leave_no_folder(recipe, source, tmp_path):
    assert "give a catalogue of items" in refusal(recipe, DataSource(source.path), tmp_path / "run")
    plain = recipe.with_settings({"kind": "behaviour"})
    assert "choose 'content' or 'hybrid'" in refusal(plain, source, tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_features_of_none_of_the_items_leave_no_folder(recipe, source, tmp_path):
    (tmp_path / "items.csv").write_text("item_id,text\nx,a word\ny,another word\n")
    said = refusal(recipe, DataSource(source.path, items=str(tmp_path / "items.csv")), tmp_path / "run")
    assert "no id of the interactions has features: the catalogue has ids such as 'x'" in said
    assert not (tmp_path / "run").exists()


def test_cold_start_run_measures_warm_cold_and_all_items(source, tmp_path):
    settings = {**SETTINGS, "kind": "content", "epochs": 1}
    cold = DataSource(source.path, split="cold-start", items=source.items, item_kinds={"cover": "ignore"})
    run = train(RECIPES["next_it_net"].with_settings(settings), cold, tmp_path / "run", verbose=0)
    metrics = run.metrics()
    reports = evaluate_cold_start(run.model(), run.dataset().cold_split)
    for kind, report in reports.items():
        figures = {f"test_{kind}/{name}": value for name, value in report.summary().items()}
        assert figures.items() <= metrics.items()
        assert f"validation_{kind}/ndcg@10" in metrics
    assert set(reports) == {"warm", "cold", "all"}
    assert np.isfinite(list(metrics.values())).all()
