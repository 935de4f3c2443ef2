"""Handling of a lost task in a cluster's training."""

from collections.abc import Iterator
from contextlib import contextmanager

import tensorflow as tf

from tfrec_dl.runs.strategies import is_asynchronous

# Errors that the remaining tasks see: by the task's connection, by its missing heartbeats, by its new incarnation.
LOST = (
    tf.errors.UnavailableError,
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
    tf.errors.FailedPreconditionError,
)


class LostTaskError(RuntimeError):
    """A worker or parameter server went away in the middle of a training; what was saved is whole.

    The same call in a new process of each task goes on from the last checkpoint. A process cannot join a cluster twice,
    so it has to be a new one.
    """


@contextmanager
def lost_tasks_explained(strategy: tf.distribute.Strategy) -> Iterator[None]:
    """Turns what TensorFlow raises into a LostTaskError, where the strategy has other tasks."""
    try:
        yield
    except LOST as error:
        # Strategies of parameter servers have their resolver to themselves.
        if getattr(strategy, "cluster_resolver", None) is None and not is_asynchronous(strategy):
            raise
        reason = " ".join(str(error).split())[-300:]
        raise LostTaskError(f"another task of the cluster was lost ({reason})") from error
