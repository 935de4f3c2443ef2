"""Checks that reject, before training, Keras callbacks that would have no effect or write unreadable files."""

from collections.abc import Iterable
from typing import Any

import tensorflow as tf

from tfrec_dl.arguments import require_type
from tfrec_dl.errors import InputError

RATES = (tf.keras.callbacks.LearningRateScheduler, tf.keras.callbacks.ReduceLROnPlateau)
SCHEDULED = (
    "sets the learning rate, which follows the schedule of the training at every step: choose learning_rate, warm_up "
    "and epochs of the training's settings, or compile the model with an optimiser of your own and call model.fit."
)


def check_callbacks(callbacks: Iterable[tf.keras.callbacks.Callback], scheduled: bool = True) -> None:
    """Rejects callbacks that cannot fulfill their purpose.

    Args:
        callbacks: callbacks given to a training.
        scheduled: whether the learning rate follows a schedule, which overwrites a rate set by a callback at the next
            step.

    Raises:
        InputError: if a callback sets the learning rate despite a schedule, or saves whole models, which Keras could
            not load.
    """
    require_type(callbacks, Iterable, "callbacks", "give a list of Keras callbacks")
    for callback in callbacks:
        require_type(callback, tf.keras.callbacks.Callback, "a callback", "give Keras callbacks")
        name = type(callback).__name__
        if scheduled and isinstance(callback, RATES):
            raise InputError(f"{name} {SCHEDULED}")
        if isinstance(callback, tf.keras.callbacks.ModelCheckpoint) and not callback.save_weights_only:
            raise InputError(
                f"{name} saves whole models to {str(callback.filepath)!r}, which Keras could not load: pass "
                "save_weights_only=True, or train into a run, which keeps the best weights."
            )


def has_schedule(optimizer: Any) -> bool:
    """Whether an optimizer's learning rate follows a schedule."""
    return isinstance(getattr(optimizer, "_learning_rate", None), tf.keras.optimizers.schedules.LearningRateSchedule)


def guarded(callbacks: Iterable[tf.keras.callbacks.Callback]) -> list[tf.keras.callbacks.Callback]:
    """Puts callbacks between two others that compare the learning rate around them at both ends of every epoch."""
    first = _NotesRate()
    return [first, *callbacks, _ComparesRate(first)]


class _NotesRate(tf.keras.callbacks.Callback):
    """Records the learning rate before other callbacks are called."""

    rate: float = 0.0

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Records the learning rate."""
        self.rate = _rate(self.model)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Records the learning rate."""
        self.rate = _rate(self.model)


class _ComparesRate(tf.keras.callbacks.Callback):
    """Rejects a learning rate set by a callback, because the next step would overwrite it."""

    def __init__(self, first: _NotesRate) -> None:
        super().__init__()
        self.first = first

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Compares the learning rate."""
        self._compare()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Compares the learning rate."""
        self._compare()

    def _compare(self) -> None:
        if _rate(self.model) != self.first.rate:
            raise InputError(f"a callback {SCHEDULED}")


def _rate(model: Any) -> float:
    return float(tf.keras.backend.get_value(model.optimizer.learning_rate))
