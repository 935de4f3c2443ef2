"""Keras callback that shows training progress on a terminal."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

HEIGHTS = "▁▂▃▄▅▆▇█"
EPOCHS_SHOWN = 24  # length of a sparkline
SHOWN = 4  # number of metrics shown per epoch


class EpochBars(tf.keras.callbacks.Callback):
    """Shows a bar with speed and remaining time for the current epoch, and a line with the metric's trend per past one.

    Args:
        screen: a terminal.
    """

    _supports_tf_logs = True  # per-step metrics are not requested, so that steps need not wait for them

    def __init__(self, screen: Console) -> None:
        super().__init__()
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
        )
        self._progress = Progress(*columns, console=screen, transient=True)
        self._task: TaskID | None = None
        self._values: list[float] = []
        self._began = self._epoch_began = self._first_step = 0.0
        self._first = 0

    def close(self) -> None:
        """Removes the live display, however the training ended."""
        if self._task is not None:
            self._progress.remove_task(self._task)
            self._task = None
        self._progress.stop()

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Resets the display, because trainings that follow each other have separate bars."""
        self._values, self._began = [], 0.0
        self._progress.start()

    def on_epoch_begin(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Shows an empty bar."""
        self._epoch_began = time.monotonic()
        if not self._began:
            self._began, self._first = self._epoch_began, epoch
        if self._task is not None:
            self._progress.remove_task(self._task)
        what = f"epoch {epoch + 1}/{self.params.get('epochs')}"
        self._task = self._progress.add_task(what, total=self.params.get("steps"), rate="")

    def on_train_batch_end(self, batch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Advances the bar."""
        if self._task is None:
            return
        steps, done, rate = self.params.get("steps"), batch + 1, ""
        if done == 1:  # the first step builds the graph, so its time is not representative
            self._first_step = time.monotonic()
        else:
            a_second = batch / max(time.monotonic() - self._first_step, 1e-9)
            left = f", {clock((steps - done) / a_second)} left in the epoch" if steps else ""
            rate = f"{a_second:,.1f} steps per second{left}"
        self._progress.update(self._task, completed=done, rate=rate)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Prints the line of a finished epoch."""
        numbers = {name: float(value) for name, value in (logs or {}).items()}
        metric = next((name for name in numbers if name.startswith("val_")), None)
        said = [f"epoch {epoch + 1}/{self.params.get('epochs')}", f"{time.monotonic() - self._epoch_began:.1f} s"]
        chosen = [name for name in numbers if not name.startswith("val_")][: SHOWN - 1]
        said += [f"{name} {numbers[name]:.4f}" for name in chosen]
        if metric is not None:
            self._values.append(numbers[metric])
            said.append(f"{metric.removeprefix('val_')} {numbers[metric]:.4f} {sparkline(self._values)}")
        left = (self.params.get("epochs") or 0) - epoch - 1
        if left > 0:
            each = (time.monotonic() - self._began) / (epoch + 1 - self._first)
            said.append(f"at most {clock(each * left)} left")
        self._progress.console.print("  ".join(said), markup=False, highlight=False)

    def on_train_end(self, logs: Mapping[str, Any] | None = None) -> None:
        """Removes the bar."""
        self.close()


def sparkline(values: Sequence[float]) -> str:
    """Returns the trend of the last values, one character each, scaled between their minimum and maximum."""
    last = [value for value in values[-EPOCHS_SHOWN:] if value == value]
    if not last:
        return ""
    low, span = min(last), max(last) - min(last)
    return "".join(HEIGHTS[round((len(HEIGHTS) - 1) * (value - low) / span) if span else 0] for value in last)


def clock(seconds: float) -> str:
    """Formats a duration as 0:05, 12:30 or 3:07:00."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
