"""The run folder: what it holds, and whom it refuses."""

import json
import math
import shutil
from pathlib import Path

import pytest
import tensorflow as tf

from tests.runs.runs import contents, history, refusal, truncate
from tfrec_dl.data.source import DataSource
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.evaluate import evaluate
from tfrec_dl.families.run import Run
from tfrec_dl.lifecycle.train import train
from tfrec_dl.runs.fingerprints import refuse_other_content


def test_metrics_have_an_interval_each_on_validation_and_on_test_with_and_without_seen_items(finished):
    metrics = json.loads((finished.folder / "metrics.json").read_text(encoding="utf-8"))
    for part in ("validation", "test", "test_keep_seen"):
        for name in ("ndcg@10", "hit_rate@10", "mrr@10", "precision@10", "recall@10"):
            key = f"{part}/{name}"
            assert 0 <= metrics[f"{key}/low"] <= metrics[key] <= metrics[f"{key}/high"] <= 1
    assert all(math.isfinite(value) for value in metrics.values())
    assert metrics == finished.metrics()


def test_metrics_are_those_of_the_best_epochs_weights_loaded_from_the_folder(finished):
    run = Run.open(finished.folder)
    split = run.split()
    best = max(float(row["val_ndcg@10"]) for row in history(run.folder))
    assert run.metrics()["validation/ndcg@10"] == pytest.approx(best, abs=1e-9)
    for part, keep_seen in (("test", False), ("test_keep_seen", True)):
        summary = evaluate(run.model(), split.test, split.vocabulary, keep_seen=keep_seen).summary()
        assert {f"{part}/{name}": value for name, value in summary.items()}.items() <= run.metrics().items()


def test_configuration_holds_everything_to_repeat_the_run(finished, recipe, source):
    config = json.loads((finished.folder / "config.json").read_text(encoding="utf-8"))
    run = Run.open(finished.folder)
    assert run.finished
    assert run.recipe == recipe
    assert run.source == source
    assert run.config() == config
    assert config["data_size"] == {"interactions": 660, "users": 60, "items": 20, "items_in_vocabulary": 20}
    assert config["data_fingerprint"] == source.read().fingerprint
    assert config["versions"]["tensorflow"] == tf.__version__
    assert {"python", "tf-keras", "numpy", "tfrec-dl"} <= set(config["versions"])


def test_history_has_a_row_an_epoch_with_seconds(finished):
    rows = history(finished.folder)
    assert [row["epoch"] for row in rows] == ["1", "2", "3", "4"]
    assert all(float(row["seconds"]) > 0 for row in rows)
    assert {"loss", "val_ndcg@10", "val_hit_rate@10", "val_mrr@10"} <= set(rows[0])


def test_folder_holds_what_the_documentation_says_and_no_leftovers(finished):
    names = {path.name for path in finished.folder.iterdir()}
    files = {"config.json", "vocabulary.txt", "metrics.json", "profile.json", "history.csv"}
    assert names == files | {"checkpoints", "logs"}
    assert any((finished.folder / "logs").rglob("events.out.tfevents.*"))


def test_a_file_of_another_run_does_not_load_silently(finished, tmp_path):
    vocabulary = (finished.folder / "vocabulary.txt").read_text().splitlines(keepends=True)
    swapped = "".join([vocabulary[1], vocabulary[0], *vocabulary[2:]])
    (data,) = (finished.folder / "checkpoints" / "best").glob("*.data-*")
    folder = Path(shutil.copytree(finished.folder, tmp_path / "run"))
    (folder / "vocabulary.txt").write_text(swapped)
    with pytest.raises(InputError, match=f"{folder / 'vocabulary.txt'} has changed since this run was finished"):
        Run.open(folder).model()
    (folder / "vocabulary.txt").write_text("".join(vocabulary))
    assert set(Run.open(folder).config()["files"]) == {
        "vocabulary.txt",
        "checkpoints/best/checkpoint",
        f"checkpoints/best/{data.name}",
        f"checkpoints/best/{data.name.split('.')[0]}.index",
    }
    same_shape = folder / "checkpoints" / "best" / data.name
    refuse_other_content(folder, Run.open(folder).config())
    same_shape.write_bytes(bytes(same_shape.stat().st_size))
    with pytest.raises(InputError, match=f"{data.name} has changed since this run was finished"):
        refuse_other_content(folder, Run.open(folder).config())


def test_finished_run_is_never_overwritten(finished, recipe, source):
    before = contents(finished.folder)
    assert train(recipe, source, finished.folder, verbose=0).metrics() == finished.metrics()
    assert "holds a finished run" in refusal(recipe.with_settings({"channels": 9}), source, finished.folder)
    assert contents(finished.folder) == before


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"channels": 9}, "recipe.model.body.channels 8, not 9"),
        ({"seed": 6}, "recipe.training.seed 5, not 6"),
        ({"loss": "bpr", "negatives": 8}, "recipe.model.loss.name 'sampled_softmax', not 'bpr'"),
        ({"loss": None}, "recipe.model.loss.name 'sampled_softmax', not None"),
    ],
    ids=str,
)
def test_unfinished_run_of_other_settings_is_refused_and_the_setting_named(copy, recipe, source, settings, named):
    before = contents(copy)
    assert f"holds an unfinished run with {named}" in refusal(recipe.with_settings(settings), source, copy)
    assert contents(copy) == before


def test_unfinished_run_of_other_data_is_refused(copy, recipe, source, tmp_path):
    other = tmp_path / "other.csv"
    other.write_bytes(Path(source.path).read_bytes().replace(b"user_1,", b"user_1b,"))
    assert "unfinished run with data.path" in refusal(recipe, DataSource(str(other)), copy)
    assert "unfinished run with data.split" in refusal(recipe, DataSource(source.path, split="temporal"), copy)


def test_run_goes_on_with_the_same_data_in_another_place(copy, recipe, source, tmp_path):
    moved = tmp_path / "moved.csv"
    moved.write_bytes(Path(source.path).read_bytes())
    Run.begin(copy, recipe, DataSource(str(moved)).read())
    assert Run.open(copy).source.path == str(moved)
    Run.begin(copy, recipe, source.read())
    assert Run.open(copy).source.path == source.path


@pytest.mark.parametrize("name", ["notes.txt", "vocabulary.txt", "history.csv"])
def test_folder_that_holds_other_files_is_refused_and_left_alone(tmp_path, recipe, source, name):
    (tmp_path / name).write_text("precious")
    before = contents(tmp_path)
    assert "exists and is not a run: choose a new folder" in refusal(recipe, source, tmp_path)
    assert contents(tmp_path) == before


def test_file_in_place_of_the_folder_or_of_a_parent_is_refused(tmp_path, recipe, source):
    file = tmp_path / "file"
    file.write_text("precious")
    assert "exists and is not a run" in refusal(recipe, source, file)
    assert f"cannot create {file / 'run'}" in refusal(recipe, source, file / "run")
    assert file.read_text() == "precious"


def test_damaged_configuration_is_refused(copy, recipe, source):
    truncate(copy / "config.json")
    assert "config.json cannot be read" in refusal(recipe, source, copy)
    for text in ("[]", "null", "3", "{}"):
        (copy / "config.json").write_text(text)
        with pytest.raises(InputError, match="config.json is not a run's configuration") as refused:
            Run.open(copy)
        assert "\n" not in str(refused.value)
        assert refusal(recipe, source, copy).startswith(str(copy))


@pytest.mark.parametrize(
    "change",
    [{"recipe": {}}, {"recipe": "gru"}, {"recipe": None}, {"data": {"path": "x", "split": "by-hand"}}, {"data": {}}],
)
def test_configuration_of_something_else_is_refused(copy, change):
    path = copy / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(InputError, match="config.json is not a r") as refused:
        Run.open(copy)
    assert "\n" not in str(refused.value)


def test_folder_without_a_run_cannot_be_opened(tmp_path):
    for folder in (tmp_path, tmp_path / "nothing", str(tmp_path)):
        with pytest.raises(InputError, match="is not a run's folder"):
            Run.open(folder)


def test_unfinished_run_has_no_metrics(copy):
    with pytest.raises(InputError, match="is not finished"):
        Run.open(copy).metrics()


def test_run_on_data_that_changed_since_says_so(finished, source, tmp_path):
    folder = Path(shutil.copytree(finished.folder, tmp_path / "copy"))
    table = tmp_path / "table.csv"
    lines = Path(source.path).read_text().splitlines(keepends=True)
    config = json.loads((folder / "config.json").read_text())
    config["data"]["path"] = str(table)
    (folder / "config.json").write_text(json.dumps(config))

    table.write_text("".join(lines))
    assert len(Run.open(folder).dataset().interactions) == len(lines) - 1
    table.write_text("".join(lines[:-1]))
    with pytest.raises(InputError, match="has changed since") as refused:
        Run.open(folder).dataset()
    assert "\n" not in str(refused.value)
    assert "table.csv has changed since" in refusal(finished.recipe, DataSource(str(table)), folder)
    table.unlink()
    with pytest.raises(InputError, match="table.csv"):
        Run.open(folder).dataset()


def test_bad_table_leaves_no_folder(recipe, tmp_path):
    table = tmp_path / "table.csv"
    table.write_text("user_id,item_id\na,b\n")
    assert "3 interactions" in refusal(recipe, DataSource(str(table)), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_context_that_fills_the_window_leaves_no_folder(recipe, source, tmp_path):
    message = refusal(recipe.with_settings({"context": 5}), source, tmp_path / "run")
    assert "context is 5, but must be below max_length, which is 5" in message
    assert not (tmp_path / "run").exists()
