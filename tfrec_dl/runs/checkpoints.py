"""Checkpoints of a run: the best weights, and which epoch's they are."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import tensorflow as tf

from tfrec_dl.errors import InputError

# What TensorFlow raises on a damaged checkpoint; IndexError where the file is cut short.
UNREADABLE = (tf.errors.OpError, AssertionError, ValueError, IndexError, RuntimeError)


class Resumable(Protocol):
    """A compiled Keras model whose weights can be checkpointed by part."""

    optimizer: tf.keras.optimizers.Optimizer
    variables: Sequence[tf.Variable]

    def parts(self) -> Mapping[str, tf.keras.layers.Layer]:
        """Name -> layer: all weights that the best checkpoint holds; the names are in its files."""
        ...


def best_checkpoint(model: Resumable, folder: Path) -> tf.train.CheckpointManager:
    """The manager of a run's best weights: without optimiser, one checkpoint."""
    weights = tf.train.Checkpoint(**model.parts())
    return manager(weights, folder / "checkpoints" / "best", 1)


def kept_epoch(folder: Path) -> int:
    """The epoch, counted from 1, whose weights a run has kept as the best; 0 for those that training began with.

    Raises:
        InputError: if there are none.
    """
    path = tf.train.latest_checkpoint(str(folder / "checkpoints" / "best"))
    if path is None:
        raise InputError(f"{folder} has kept no weights: delete {folder} and train again.")
    return int(path.rpartition("-")[2])


def manager(checkpoint: tf.train.Checkpoint, folder: Path, kept: int) -> tf.train.CheckpointManager:
    """A folder of checkpoints, of which the newest are kept.

    Raises:
        InputError: if the file that names them cannot be read.
    """
    try:
        return tf.train.CheckpointManager(checkpoint, str(folder), max_to_keep=kept)
    except Exception as error:  # its file of names may hold anything
        raise InputError(
            f"{folder / 'checkpoint'} cannot be read ({first_line(error)}): delete {folder} to start anew."
        ) from error


def restore_best(model: Resumable, folder: Path) -> None:
    """Gives the model the best epoch's weights.

    Raises:
        InputError: if there are none, or they cannot be read.
    """
    best = best_checkpoint(model, folder)
    if best.latest_checkpoint is None:
        raise InputError(f"{folder} holds no trained weights yet: finish its training first.")
    try:
        status = best.checkpoint.restore(best.latest_checkpoint)
        status.assert_existing_objects_matched().expect_partial()  # the manager's own counter may stay unread
    except UNREADABLE as error:
        raise InputError(
            f"checkpoint {best.latest_checkpoint} cannot be read ({first_line(error)}): "
            f"delete {folder} and train again."
        ) from error


def first_line(error: BaseException) -> str:
    """What an error says, in one line."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]
