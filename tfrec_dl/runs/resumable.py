"""Resumable training: saves the complete state to disk after every epoch, atomically."""

import csv
import logging
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, Literal

import tensorflow as tf

from tfrec_dl.disk import disk_explained
from tfrec_dl.errors import InputError
from tfrec_dl.files import flush, replacing
from tfrec_dl.runs.checkpoints import UNREADABLE, Resumable, best_checkpoint, first_line, manager
from tfrec_dl.runs.history import HISTORY, read_history
from tfrec_dl.runs.lost_tasks import LOST

logger = logging.getLogger(__name__)


class Progress(tf.Module):
    """Progress of a training: number of finished epochs, and the best one.

    Attributes:
        epoch: number of finished epochs.
        best: best monitored value so far, negated if the lowest is best.
        best_epoch: the epoch, counted from 1, that reached it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.epoch = tf.Variable(0, dtype=tf.int64, trainable=False)
        self.best = tf.Variable(float("-inf"), dtype=tf.float64, trainable=False)
        self.best_epoch = tf.Variable(0, dtype=tf.int64, trainable=False)


class ResumableTraining(tf.keras.callbacks.Callback):
    """Saves a checkpoint after each epoch, keeps the best, writes history.csv, and stops early.

    The checkpoint contains weights, optimizer, dropout's random generators and progress, so that resumed training
    continues as if it had not been interrupted. The best epoch's weights are kept separately.

    Args:
        model: a compiled model with a built optimizer; the weights of its `parts` are kept for the best epoch.
        folder: folder of the run; `checkpoints/` and `history.csv` are written into it.
        monitor: name in the logs of the value to improve; None if the last epoch counts as best.
        patience: number of epochs without improvement after which training stops.
        mode: whether the highest or the lowest value is best.
        weights: provides the weights to keep for the best epoch, if these differ from the training weights.
        resumed_from: folder of the run if it is not `folder`, as for a worker that does not write the run.
        state: additional state to checkpoint, by name, for example of a callback; default none.
    """

    def __init__(
        self,
        model: Resumable,
        folder: Path,
        monitor: str | None,
        patience: int,
        mode: Literal["max", "min"] = "max",
        weights: Callable[[], AbstractContextManager[None]] = nullcontext,
        resumed_from: Path | None = None,
        state: Mapping[str, tf.Module] | None = None,
    ) -> None:
        super().__init__()
        self._trained = model
        self.sign = 1.0 if mode == "max" else -1.0
        self.weights = weights
        self.monitor = monitor
        self.patience = patience
        self.progress = Progress()
        self.history_path = folder / HISTORY
        checkpoint = tf.train.Checkpoint(
            model=model, optimizer=model.optimizer, progress=self.progress, **(state or {})
        )
        self.latest = manager(checkpoint, folder / "checkpoints", 2)
        self.best = best_checkpoint(model, folder)
        self._resumed_from = folder if resumed_from is None else resumed_from
        self._rows: list[dict[str, Any]] = []
        self._began = 0.0

    @property
    def epoch(self) -> int:
        """Number of finished epochs."""
        return int(self.progress.epoch.numpy())

    @property
    def stalled(self) -> bool:
        """Whether training has run out of patience."""
        return self.epoch - int(self.progress.best_epoch.numpy()) >= self.patience

    def resume(self) -> int:
        """Restores the newest readable checkpoint.

        Returns:
            The number of finished epochs; 0 if there is no checkpoint.

        Raises:
            InputError: if there are checkpoints but none is readable.
        """
        folder = self._resumed_from / "checkpoints"
        state = tf.train.get_checkpoint_state(str(folder))
        paths = [] if state is None else list(reversed(state.all_model_checkpoint_paths))
        for path in paths:
            try:
                self.latest.checkpoint.restore(path).assert_consumed()
            except LOST:
                raise
            except UNREADABLE as error:
                logger.warning("checkpoint %s cannot be read (%s): trying the one before it.", path, first_line(error))
            else:
                self._rows = read_history(self._resumed_from / HISTORY)[: self.epoch]
                return self.epoch
        if paths:
            raise InputError(f"no checkpoint in {folder} can be read: delete that folder to start anew.")
        return 0

    def start_from(self, value: float) -> None:
        """Records the current weights as the best so far, as those of epoch 0.

        Args:
            value: their monitored value.
        """
        self.progress.best.assign(value)
        self._save(self.best, 0)

    def last_logs(self) -> dict[str, float]:
        """The metrics of the last finished epoch; empty before the first."""
        return {name: float(value) for name, value in self._rows[-1].items() if value != ""} if self._rows else {}

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Starts timing the epoch."""
        self._began = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Saves the epoch: first the best weights if these are, then the history, then the checkpoint that counts."""
        logs = logs or {}
        value = epoch + 1.0 if self.monitor is None else self.sign * float(logs[self.monitor])
        self.progress.epoch.assign(epoch + 1)
        if value > float(self.progress.best.numpy()):
            self.progress.best.assign(value)
            self.progress.best_epoch.assign(epoch + 1)
            with self.weights():
                self._save(self.best, epoch + 1)
        self._rows.append(
            {
                "epoch": epoch + 1,
                "seconds": round(time.perf_counter() - self._began, 3),
                **{name: float(value) for name, value in logs.items()},
            }
        )
        self._write_history()
        self._save(self.latest, epoch + 1)
        if self.stalled:
            self.model.stop_training = True

    def _save(self, manager: tf.train.CheckpointManager, number: int) -> None:
        """Writes a checkpoint and waits until it is on disk, because history and metrics rely on it."""
        folder = Path(manager.directory)
        with disk_explained(folder.parent, self._checkpoint_bytes()):
            path = Path(manager.save(checkpoint_number=number))
        flush(*folder.glob(f"{path.name}.*"), folder / "checkpoint", folder)

    def _checkpoint_bytes(self) -> int:
        """Estimates the size of a checkpoint: the weights, and the optimizer's values for them."""
        kept = [*self._trained.variables, *self._trained.optimizer.variables]
        return sum(int(variable.shape.num_elements() or 0) * variable.dtype.size for variable in kept)

    def _write_history(self) -> None:
        with replacing(self.history_path) as temporary, temporary.open("w", newline="") as file:
            # Resumed training may log other metrics than before.
            names = dict.fromkeys(name for row in self._rows for name in row)
            writer = csv.DictWriter(file, fieldnames=list(names))
            writer.writeheader()
            writer.writerows(self._rows)
