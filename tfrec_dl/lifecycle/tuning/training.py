"""Training of a trial: on the data without their test part."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tensorflow as tf

from tfrec_dl.families.monitored import Monitored
from tfrec_dl.lifecycle.train import train_on
from tfrec_dl.lifecycle.tuning.work import Report
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.runs.history import HISTORY, read_history

NETWORK = 1000  # epochs of a recipe's second network are reported from here on, those of its third from twice that


class Training:
    """Trains trials; all read the same data, in which the validation part stands for the test part too.

    Args:
        dataset: without its test part.
        monitored: the metric that is to improve.
    """

    def __init__(self, dataset: Any, monitored: Monitored) -> None:
        self._dataset, self._monitored = dataset, monitored

    def __call__(self, recipe: Recipe, folder: Path, report: Report) -> float:
        """As `Objective`: the validation metric of the whole model, as a run has it.

        Raises:
            InputError: if the recipe cannot be trained.
            MemoryError: if the memory of a device runs out.
        """
        callback = _Reports(folder, self._monitored.logged, report)
        try:
            with quietly():
                run = train_on(recipe, self._dataset, folder, [callback], verbose=0)
            return run.metrics()[self._monitored.measured]
        except tf.errors.ResourceExhaustedError as error:
            raise MemoryError(str(error).splitlines()[0]) from error
        finally:
            gc.collect()  # graphs refer to themselves


class _Reports(tf.keras.callbacks.Callback):
    """Reports the monitored metric after each epoch, and of epochs after which the process was killed too soon.

    Args:
        folder: of the run; each network that it has trained or trains has a history in it.
        logged: name of the metric in the logs.
        report: is told.
    """

    def __init__(self, folder: Path, logged: str, report: Report) -> None:
        super().__init__()
        self._folder, self._logged, self._report = folder, logged, report

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Reports what the run's newest history has."""
        histories = sorted(self._folder.rglob(HISTORY), key=lambda path: path.stat().st_mtime_ns)
        for epoch, row in enumerate(read_history(histories[-1]) if histories else ()):
            self.on_epoch_end(epoch, row)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Reports; an epoch's history is written by then."""
        value = (logs or {}).get(self._logged)
        if value not in (None, ""):
            before = max(0, sum(1 for _ in self._folder.rglob(HISTORY)) - 1)
            self._report(NETWORK * before + epoch, float(value))


@contextmanager
def quietly() -> Iterator[None]:
    """Only warnings of the package are logged meanwhile."""
    logger = logging.getLogger("tfrec_dl")
    before = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(before)
