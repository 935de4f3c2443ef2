"""The run folder: what it holds, whom it refuses, and how it goes on after an interruption."""

import csv
import json
import logging
import math
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from tests.synthetic import cyclic_interactions
from tfrec_dl.data.source import DataSource
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.evaluate import evaluate
from tfrec_dl.recipes import RECIPES, Recipe
from tfrec_dl.training.run import Run
from tfrec_dl.training.train import train

# Everything that draws random numbers is on: every dropout, sampled negatives, windows of random cuts.
NETWORK = {"channels": 8, "dilations": (1,), "dimension": 8, "max_length": 5}
DROPOUT = {"dropout": 0.2, "item_dropout": 0.1, "embedding_dropout": 0.1, "state_dropout": 0.2}
LOSS = {"loss": "sampled_softmax", "negatives": 8}
TRAINING = {"context": 2, "batch_size": 16, "epochs": 4, "learning_rate": 0.02, "seed": 5, "patience": 4}
SETTINGS = NETWORK | DROPOUT | LOSS | TRAINING


class Interruption(Exception):
    pass


class Interrupts(tf.keras.callbacks.Callback):
    """Raises in the middle of an epoch, which is counted from 1."""

    def __init__(self, epoch: int) -> None:
        super().__init__()
        self.epoch = epoch
        self._now = 0

    def on_epoch_begin(self, epoch, logs=None):
        self._now = epoch + 1

    def on_train_batch_end(self, batch, logs=None):
        if self._now == self.epoch and batch == 2:
            raise Interruption


@pytest.fixture(scope="module")
def recipe() -> Recipe:
    return RECIPES["next_it_net"].with_settings(SETTINGS)


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> DataSource:
    path = tmp_path_factory.mktemp("data") / "cycle.csv"
    cyclic_interactions(users=60, items=20, length=11, noise=0.1).to_csv(path, index=False)
    return DataSource(str(path))


@pytest.fixture(scope="module")
def finished(recipe, source, tmp_path_factory) -> Run:
    """An uninterrupted run."""
    return train(recipe, source, tmp_path_factory.mktemp("runs") / "finished", verbose=0)


@pytest.fixture(scope="module")
def interrupted(recipe, source, tmp_path_factory) -> Path:
    """The folder of a run that broke off in its third epoch."""
    folder = tmp_path_factory.mktemp("runs") / "interrupted"
    with pytest.raises(Interruption):
        train(recipe, source, folder, [Interrupts(epoch=3)], verbose=0)
    return folder


@pytest.fixture
def copy(interrupted, tmp_path) -> Path:
    return Path(shutil.copytree(interrupted, tmp_path / "copy"))


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def history(folder: Path) -> list[dict[str, str]]:
    with (folder / "history.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def figures_of(folder: Path) -> list[dict[str, float]]:
    """history.csv without the seconds."""
    return [{name: float(value) for name, value in row.items() if name != "seconds"} for row in history(folder)]


def assert_same_outcome(folder: Path, finished: Run) -> None:
    assert (folder / "metrics.json").read_bytes() == (finished.folder / "metrics.json").read_bytes()
    assert figures_of(folder) == figures_of(finished.folder)
    expected = finished.model().trainable_variables
    for variable, other in zip(Run.open(folder).model().trainable_variables, expected, strict=True):
        np.testing.assert_array_equal(variable, other)


def refusal(recipe, source, folder) -> str:
    with pytest.raises(InputError) as refused:
        train(recipe, source, folder, verbose=0)
    message = str(refused.value)
    assert "\n" not in message
    return message


@pytest.mark.slow
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
    split = run.source.divide(run.interactions())
    best = max(float(row["val_ndcg@10"]) for row in history(run.folder))
    assert run.metrics()["validation/ndcg@10"] == pytest.approx(best, abs=1e-9)
    for part, keep_seen in (("test", False), ("test_keep_seen", True)):
        summary = evaluate(run.model(), split.test, run.vocabulary(), keep_seen=keep_seen).summary()
        assert {f"{part}/{name}": value for name, value in summary.items()}.items() <= run.metrics().items()


def test_configuration_holds_everything_to_repeat_the_run(finished, recipe, source):
    config = json.loads((finished.folder / "config.json").read_text(encoding="utf-8"))
    run = Run.open(finished.folder)
    assert run.finished
    assert run.recipe == recipe
    assert run.source == source
    assert run.config() == config
    assert config["data_size"] == {"interactions": 660, "users": 60, "items": 20, "items_in_vocabulary": 20}
    assert config["data_fingerprint"] == source.read().fingerprint()
    assert config["versions"]["tensorflow"] == tf.__version__
    assert {"python", "tf-keras", "numpy", "tfrec-dl"} <= set(config["versions"])


def test_history_has_a_row_an_epoch_with_seconds(finished):
    rows = history(finished.folder)
    assert [row["epoch"] for row in rows] == ["1", "2", "3", "4"]
    assert all(float(row["seconds"]) > 0 for row in rows)
    assert {"loss", "val_ndcg@10", "val_hit_rate@10", "val_mrr@10"} <= set(rows[0])


def test_folder_holds_what_the_documentation_says_and_no_leftovers(finished):
    names = {path.name for path in finished.folder.iterdir()}
    assert names == {"config.json", "vocabulary.txt", "metrics.json", "history.csv", "checkpoints", "logs"}
    assert any((finished.folder / "logs").rglob("events.out.tfevents.*"))


@pytest.mark.slow
def test_interrupted_run_called_again_ends_as_if_it_had_not_been(copy, recipe, source, finished):
    assert not Run.open(copy).finished
    assert [row["epoch"] for row in history(copy)] == ["1", "2"]
    train(recipe, source, copy, verbose=0)
    assert_same_outcome(copy, finished)


@pytest.mark.slow
def test_run_broken_off_between_its_history_and_its_checkpoint_ends_as_if_it_had_not_been(
    copy, recipe, source, finished, monkeypatch
):
    save = tf.train.CheckpointManager.save

    def breaks(manager, *arguments, **settings):
        if Path(manager.directory).name == "checkpoints":
            raise Interruption
        return save(manager, *arguments, **settings)

    with monkeypatch.context() as patch, pytest.raises(Interruption):
        patch.setattr(tf.train.CheckpointManager, "save", breaks)
        train(recipe, source, copy, verbose=0)
    assert [row["epoch"] for row in history(copy)] == ["1", "2", "3"]  # the third has no checkpoint
    train(recipe, source, copy, verbose=0)
    assert_same_outcome(copy, finished)


def test_run_broken_off_before_its_metrics_is_measured_and_not_trained_again(finished, recipe, source, tmp_path):
    folder = Path(shutil.copytree(finished.folder, tmp_path / "copy"))
    (folder / "metrics.json").unlink()
    train(recipe, source, folder, [Interrupts(epoch) for epoch in (1, 2, 3, 4, 5)], verbose=0)
    assert_same_outcome(folder, finished)


@pytest.mark.slow
def test_run_that_stopped_early_has_its_best_epochs_metrics_and_is_not_trained_further(recipe, source, tmp_path):
    stopping = recipe.with_settings({"epochs": 30, "patience": 1, "learning_rate": 0.3})
    run = train(stopping, source, tmp_path / "run", verbose=0)
    metrics, rows = run.metrics(), history(run.folder)
    figures = [float(row["val_ndcg@10"]) for row in rows]
    assert len(rows) < 30
    assert figures[-1] < max(figures) == figures[-2]
    assert metrics["validation/ndcg@10"] == pytest.approx(figures[-2], abs=1e-9)
    (run.folder / "metrics.json").unlink()
    train(stopping, source, run.folder, [Interrupts(len(rows) + 1)], verbose=0)
    assert run.metrics() == metrics
    assert history(run.folder) == rows


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))


DAMAGES = {
    f"{file} {damage.__name__}": (file, damage)
    for file in ("index", "data-00000-of-00001")
    for damage in (truncate, empty, flip, Path.unlink)
}


@pytest.mark.slow
def test_corrupt_newest_checkpoint_falls_back_to_the_one_before(copy, recipe, source, finished, caplog):
    flip(copy / "checkpoints" / "ckpt-2.data-00000-of-00001")
    with caplog.at_level(logging.WARNING, "tfrec_dl"):
        train(recipe, source, copy, verbose=0)
    warnings = [record.getMessage() for record in caplog.records if record.name.startswith("tfrec_dl")]
    assert len(warnings) == 1
    assert "ckpt-2 cannot be read" in warnings[0]
    assert "\n" not in warnings[0]
    assert_same_outcome(copy, finished)


@pytest.mark.parametrize(("file", "damage"), DAMAGES.values(), ids=DAMAGES)
def test_damage_to_every_checkpoint_is_refused(copy, recipe, source, file, damage):
    for number in (1, 2):
        damage(copy / "checkpoints" / f"ckpt-{number}.{file}")
    message = refusal(recipe, source, copy)
    assert f"no checkpoint in {copy / 'checkpoints'} can be read" in message
    assert not Run.open(copy).finished


@pytest.mark.parametrize(("file", "damage"), DAMAGES.values(), ids=DAMAGES)
def test_damaged_best_weights_are_an_input_error(finished, tmp_path, file, damage):
    folder = Path(shutil.copytree(finished.folder, tmp_path / "copy"))
    (weights,) = (folder / "checkpoints" / "best").glob(f"ckpt-*.{file}")
    damage(weights)
    with pytest.raises(InputError, match="cannot be read|no trained weights") as refused:
        Run.open(folder).model()
    assert "\n" not in str(refused.value)


def test_finished_run_is_never_overwritten(finished, recipe, source):
    before = contents(finished.folder)
    assert "holds a finished run" in refusal(recipe, source, finished.folder)
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
    other.write_bytes(Path(source.path).read_bytes())
    assert "unfinished run with data.path" in refusal(recipe, DataSource(str(other)), copy)
    assert "unfinished run with data.split" in refusal(recipe, DataSource(source.path, split="temporal"), copy)


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
    (copy / "config.json").write_text("[]")
    with pytest.raises(InputError, match="is not a run's configuration") as refused:
        Run.open(copy)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("change", [{"recipe": {}}, {"data": {"path": "x", "split": "random"}}, {"data": {}}])
def test_configuration_of_something_else_is_refused(copy, change):
    path = copy / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(InputError, match="not a r") as refused:
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
    assert len(Run.open(folder).interactions()) == len(lines) - 1
    table.write_text("".join(lines[:-1]))
    with pytest.raises(InputError, match="has changed since") as refused:
        Run.open(folder).interactions()
    assert "\n" not in str(refused.value)
    table.unlink()
    with pytest.raises(InputError, match="table.csv"):
        Run.open(folder).interactions()


def test_bad_table_leaves_no_folder(recipe, tmp_path):
    table = tmp_path / "table.csv"
    table.write_text("user_id,item_id\na,b\n")
    assert "3 interactions" in refusal(recipe, DataSource(str(table)), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_context_that_fills_the_window_leaves_no_folder(recipe, source, tmp_path):
    message = refusal(recipe.with_settings({"context": 5}), source, tmp_path / "run")
    assert "context is 5, but must be below max_length, which is 5" in message
    assert not (tmp_path / "run").exists()


class KilledWhileWriting(BaseException):
    pass


@pytest.mark.parametrize("moment", ["configuration", "vocabulary"])
def test_run_killed_while_it_began_is_begun_again(recipe, source, tmp_path, monkeypatch, moment):
    """What is left is no reason to refuse the same call: it is interrupted at the first batch here."""
    folder = tmp_path / "run"

    def killed(*_):
        raise KilledWhileWriting

    with monkeypatch.context() as patch:
        if moment == "configuration":
            patch.setattr("tfrec_dl.training.run.write_json", killed)
        else:
            patch.setattr("tfrec_dl.data.vocabulary.Vocabulary.save", killed)
        with pytest.raises(KilledWhileWriting):
            train(recipe, source, folder, verbose=0)
    if moment == "configuration":
        (folder / ".config.json.x1y2z3").write_text("{")  # SIGKILL leaves the temporary file
    split = source.divide(source.read())
    Run.begin(folder, recipe, source, source.read(), split.vocabulary)
    assert Run.open(folder).recipe == recipe
    assert Run.open(folder).vocabulary().ids.tolist() == split.vocabulary.ids.tolist()


PROGRAM = """
    import json, os, signal, sys
    import tensorflow as tf
    from tfrec_dl.data.source import DataSource
    from tfrec_dl.recipes import Recipe
    from tfrec_dl.training.train import train

    class Kills(tf.keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.now = epoch + 1

        def on_train_batch_end(self, batch, logs=None):
            if self.now == 3 and batch == 1:
                os.kill(os.getpid(), signal.SIGKILL)

    train(Recipe.from_dict(json.loads(sys.argv[1])), DataSource(sys.argv[2]), sys.argv[3], [Kills()], verbose=0)
"""


@pytest.mark.slow
def test_process_killed_with_sigkill_is_continued_by_another_to_the_same_metrics(tmp_path, recipe, source, finished):
    folder = tmp_path / "run"
    arguments = [json.dumps(recipe.to_dict()), source.path, str(folder)]
    killed = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PROGRAM), *arguments],
        env={**os.environ, "PYTHONPATH": os.getcwd()},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert [row["epoch"] for row in history(folder)] == ["1", "2"]
    train(recipe, source, folder, verbose=0)
    assert_same_outcome(folder, finished)
