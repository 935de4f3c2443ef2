"""Training that was killed: called again it ends as if it had not been."""

import logging
import os
import shutil
import signal
from pathlib import Path

import pytest
import tensorflow as tf

from tests import processes
from tests.runs.runs import (
    Interruption,
    Interrupts,
    assert_same_outcome,
    flip,
    history,
    refusal,
    truncate,
)
from tfrec_dl.data.source import DataSource
from tfrec_dl.errors import InputError
from tfrec_dl.families.run import Run
from tfrec_dl.lifecycle.train import train
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.network_run import save_vocabulary, vocabulary_of


def test_interrupted_run_called_again_ends_as_if_it_had_not_been(copy, recipe, source, finished):
    assert not Run.open(copy).finished
    assert [row["epoch"] for row in history(copy)] == ["1", "2"]
    train(recipe, source, copy, verbose=0)
    assert_same_outcome(copy, finished)


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


def empty(path: Path) -> None:
    path.write_bytes(b"")


DAMAGES = {
    f"{file} {damage.__name__}": (file, damage)
    for file in ("index", "data-00000-of-00001")
    for damage in (truncate, empty, flip, Path.unlink)
}


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
            patch.setattr("tfrec_dl.runs.run_folder.write_json", killed)
        else:
            patch.setattr("tfrec_dl.data.vocabulary.Vocabulary.save", killed)
        with pytest.raises(KilledWhileWriting):
            train(recipe, source, folder, verbose=0)
    if moment == "configuration":
        folder.mkdir()
        (folder / ".config.json.x1y2z3").write_text("{")  # SIGKILL leaves the temporary file
    dataset = source.read()
    save_vocabulary(Run.begin(folder, recipe, dataset), dataset)
    assert Run.open(folder).recipe == recipe
    assert vocabulary_of(Run.open(folder)).ids.tolist() == dataset.split.vocabulary.ids.tolist()


class Kills(Interrupts):
    def interrupt(self):
        os.kill(os.getpid(), signal.SIGKILL)


def killed_in_the_third_epoch(recipe: Recipe, source: DataSource, folder: Path) -> None:
    train(recipe, source, folder, [Kills(epoch=3)], verbose=0)


def test_process_killed_with_sigkill_is_continued_by_another_to_the_same_metrics(tmp_path, recipe, source, finished):
    folder = tmp_path / "run"
    log = tmp_path / "log"
    assert processes.run(log, killed_in_the_third_epoch, recipe, source, folder) == -signal.SIGKILL, log.read_text()
    assert [row["epoch"] for row in history(folder)] == ["1", "2"]
    train(recipe, source, folder, verbose=0)
    assert_same_outcome(folder, finished)
