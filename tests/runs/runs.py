"""A small recipe in which everything random is on, and what tests ask of its run folders."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from tfrec_dl.errors import InputError
from tfrec_dl.families.run import Run
from tfrec_dl.lifecycle.train import train

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
            self.interrupt()

    def interrupt(self):
        raise Interruption


class CopiesTheRun(Interrupts):
    """Keeps what a training killed in the middle of that epoch would have left on disk, and does not end it."""

    def __init__(self, epoch: int, folder: Path, copy: Path) -> None:
        super().__init__(epoch)
        self.folder, self.copy = folder, copy

    def interrupt(self):
        if not self.copy.exists():
            shutil.copytree(self.folder, self.copy)


class CopiesTheRunOfTraining(CopiesTheRun):
    """Of several trainings in one run, in an epoch of the one of this number, counted from 1."""

    def __init__(self, number: int, epoch: int, folder: Path, copy: Path) -> None:
        super().__init__(0, folder, copy)
        self._number, self._epoch, self._trainings = number, epoch, 0

    def on_train_begin(self, logs=None):
        self._trainings += 1
        self.epoch = self._epoch if self._trainings == self._number else 0


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".lock"  # which a killed process leaves
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


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))
