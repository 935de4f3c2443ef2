"""Keras callback that shows on a terminal how far a training is."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

HEIGHTS = "▁▂▃▄▅▆▇█"
EPOCHS_SHOWN = 24  # of a sparkline
SHOWN = 4  # numbers of an epoch


class EpochBars(tf.keras.callbacks.Callback):
    """A bar for the epoch that runs, with rate and time left; a line for each that is done, with the metric's course.

    Args:
        screen: a terminal.
    """

    _supports_tf_logs = True  # a step's numbers are not asked for, so that it need not wait for them

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
        """Ends what is shown, whatever ended the training."""
        if self._task is not None:
            self._progress.remove_task(self._task)
            self._task = None
        self._progress.stop()

    def on_train_begin(self, logs: Mapping[str, Any] | None = None) -> None:
        """Begins anew: what is trained one after the other has bars one after the other."""
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
        """Moves the bar on."""
        if self._task is None:
            return
        steps, done, rate = self.params.get("steps"), batch + 1, ""
        if done == 1:  # the first builds the graph, and says nothing of the others
            self._first_step = time.monotonic()
        else:
            a_second = batch / max(time.monotonic() - self._first_step, 1e-9)
            left = f", {clock((steps - done) / a_second)} left of the epoch" if steps else ""
            rate = f"{a_second:,.1f} steps a second{left}"
        self._progress.update(self._task, completed=done, rate=rate)

    def on_epoch_end(self, epoch: int, logs: Mapping[str, Any] | None = None) -> None:
        """Prints the line of an epoch."""
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
        """Takes the bar away."""
        self.close()


def sparkline(values: Sequence[float]) -> str:
    """The course of the last values, a character each, from the lowest to the highest of them."""
    last = [value for value in values[-EPOCHS_SHOWN:] if value == value]
    if not last:
        return ""
    low, span = min(last), max(last) - min(last)
    return "".join(HEIGHTS[round((len(HEIGHTS) - 1) * (value - low) / span) if span else 0] for value in last)


def clock(seconds: float) -> str:
    """A duration as 0:05, 12:30 or 3:07:00."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"
