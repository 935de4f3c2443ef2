"""Training of trials, on the data without its test part."""

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

NETWORK = 1000  # first reported epoch of a recipe's second network; its third one starts at twice that


class Training:
    """Trains trials on shared data in which the validation part also takes the place of the test part.

    Args:
        dataset: data without its test part.
        monitored: metric to improve.
    """

    def __init__(self, dataset: Any, monitored: Monitored) -> None:
        self._dataset, self._monitored = dataset, monitored

    def __call__(self, recipe: Recipe, folder: Path, report: Report) -> float:
        """Implements `Objective`: returns the validation metric of the whole model, as a run reports it.

        Raises:
            InputError: if the recipe cannot be trained.
            MemoryError: if a device runs out of memory.
        """
        callback = _Reports(folder, self._monitored.logged, report)
        try:
            with quietly():
                run = train_on(recipe, self._dataset, folder, [callback], verbose=0)
            return run.metrics()[self._monitored.measured]
        except tf.errors.ResourceExhaustedError as error:
            raise MemoryError(str(error).splitlines()[0]) from error
        finally:
            gc.collect()  # graphs contain reference cycles


class _Reports(tf.keras.callbacks.Callback):
    """Reports the monitored metric after each epoch, including epochs left unreported by a killed process.

    Args:
        folder: folder of the run; each of its networks has a history in it.
        logged: name of the metric in the logs.
        report: function to call with the metric.
    """

    def __init__(self, folder: Path, logged: str, report: Report) -> None:
        super().__init__()
        self._folder, self._logged, self._report = folder, logged, report

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Reports the values in the run's newest history."""
        histories = sorted(self._folder.rglob(HISTORY), key=lambda path: path.stat().st_mtime_ns)
        for epoch, row in enumerate(read_history(histories[-1]) if histories else ()):
            self.on_epoch_end(epoch, row)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Reports the epoch, whose history has been written by then."""
        value = (logs or {}).get(self._logged)
        if value not in (None, ""):
            before = max(0, sum(1 for _ in self._folder.rglob(HISTORY)) - 1)
            self._report(NETWORK * before + epoch, float(value))


@contextmanager
def quietly() -> Iterator[None]:
    """Logs only the package's warnings inside the block."""
    logger = logging.getLogger("tfrec_dl")
    before = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(before)
