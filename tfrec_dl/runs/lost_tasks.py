"""Handling of a task that is lost while a cluster trains."""

from collections.abc import Iterator
from contextlib import contextmanager

import tensorflow as tf

from tfrec_dl.runs.strategies import is_asynchronous

# Errors in the remaining tasks: the lost task's connection, missing heartbeats, or its restarted instance.
LOST = (
    tf.errors.UnavailableError,
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
    tf.errors.FailedPreconditionError,
)


class LostTaskError(RuntimeError):
    """Raised if a worker or parameter server is lost during training; everything saved so far is intact.

    The same call, in a new process for each task, continues from the last checkpoint. New processes are necessary
    because a process cannot join a cluster twice.
    """


@contextmanager
def lost_tasks_explained(strategy: tf.distribute.Strategy) -> Iterator[None]:
    """Converts TensorFlow's errors to LostTaskError if the strategy has other tasks."""
    try:
        yield
    except LOST as error:
        # Parameter-server strategies keep their resolver private.
        if getattr(strategy, "cluster_resolver", None) is None and not is_asynchronous(strategy):
            raise
        reason = " ".join(str(error).split())[-300:]
        raise LostTaskError(f"another task of the cluster was lost ({reason})") from error
