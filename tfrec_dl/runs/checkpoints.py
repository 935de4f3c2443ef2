"""Checkpoints of a run: the best weights, and the epoch that they come from."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import tensorflow as tf

from tfrec_dl.errors import InputError

# Errors that TensorFlow raises on a damaged checkpoint; IndexError if the file is truncated.
UNREADABLE = (tf.errors.OpError, AssertionError, ValueError, IndexError, RuntimeError)


class Resumable(Protocol):
    """A compiled Keras model whose weights can be checkpointed by part."""

    optimizer: tf.keras.optimizers.Optimizer
    variables: Sequence[tf.Variable]

    def parts(self) -> Mapping[str, tf.keras.layers.Layer]:
        """Maps names to layers: all weights in the best checkpoint; the names appear in its files."""
        ...


def best_checkpoint(model: Resumable, folder: Path) -> tf.train.CheckpointManager:
    """Returns the manager of a run's best weights: one checkpoint, without optimizer."""
    weights = tf.train.Checkpoint(**model.parts())
    return manager(weights, folder / "checkpoints" / "best", 1)


def kept_epoch(folder: Path) -> int:
    """Returns the epoch, counted from 1, of a run's best weights; 0 for the initial weights.

    Raises:
        InputError: if there are no best weights.
    """
    path = tf.train.latest_checkpoint(str(folder / "checkpoints" / "best"))
    if path is None:
        raise InputError(f"{folder} has kept no weights: delete {folder} and train again.")
    return int(path.rpartition("-")[2])


def manager(checkpoint: tf.train.Checkpoint, folder: Path, kept: int) -> tf.train.CheckpointManager:
    """Returns the manager of a folder that keeps the newest checkpoints.

    Raises:
        InputError: if the file that lists the checkpoints cannot be read.
    """
    try:
        return tf.train.CheckpointManager(checkpoint, str(folder), max_to_keep=kept)
    except Exception as error:  # its list of names may contain anything
        raise InputError(
            f"{folder / 'checkpoint'} cannot be read ({first_line(error)}): delete {folder} to start anew."
        ) from error


def restore_best(model: Resumable, folder: Path) -> None:
    """Loads the best epoch's weights into the model.

    Raises:
        InputError: if there are no best weights, or they cannot be read.
    """
    best = best_checkpoint(model, folder)
    if best.latest_checkpoint is None:
        raise InputError(f"{folder} holds no trained weights yet: finish its training first.")
    try:
        status = best.checkpoint.restore(best.latest_checkpoint)
        status.assert_existing_objects_matched().expect_partial()  # the manager's own counter may remain unread
    except UNREADABLE as error:
        raise InputError(
            f"checkpoint {best.latest_checkpoint} cannot be read ({first_line(error)}): "
            f"delete {folder} and train again."
        ) from error


def first_line(error: BaseException) -> str:
    """Reduces an error message to one line."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
