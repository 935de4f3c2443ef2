"""Protocol of training batches: an endless dataset, of which each process reads its part."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np
import tensorflow as tf

Batch = dict[str, tf.Tensor]


class Part(NamedTuple):
    """The part of the global batches that a process reads; by default all of them, as one replica.

    Synchronous replicas share each batch: replica r of n gets the r-th of n equal parts of its rows. Asynchronous
    workers share the steps: worker w of n gets every n-th batch, starting with number w.

    Attributes:
        first_replica: number of this process's first replica, among those of all processes.
        replicas: number of replicas in this process; the dataset yields their rows of a batch in turn, then the next
            batch.
        all_replicas: number of replicas in all processes.
        worker: number of this asynchronous worker, an int or a scalar int64 tensor.
        workers: number of asynchronous workers.
    """

    first_replica: int = 0
    replicas: int = 1
    all_replicas: int = 1
    worker: int | tf.Tensor = 0
    workers: int = 1

    def rows(self, plan: tf.Tensor, local_replica: tf.Tensor) -> tf.Tensor:
        """Returns a replica's rows of a global batch, equally many for each replica.

        Args:
            plan: [B, ...], one entry per row of the batch.
            local_replica: scalar int64, number among this process's replicas.

        Returns:
            [ceil(B / all_replicas), ...]; if B cannot be split evenly, the last replicas' rows end with zeros.
        """
        if self.all_replicas == 1:
            return plan
        count = tf.shape(plan)[0]
        share = -(-count // self.all_replicas)
        padding = share * self.all_replicas - count
        padded = tf.pad(plan, [[0, padding]] + [[0, 0]] * (plan.shape.rank - 1))
        first = (self.first_replica + tf.cast(local_replica, tf.int32)) * share
        return padded[first : first + share]


WHOLE = Part()


class Batches(Protocol):
    """Endless batches of passes over the training data; see `TrainingWindows` for their content."""

    @property
    def window_count(self) -> int:
        """Number of windows, or whole histories, per pass."""
        ...

    @property
    def target_count(self) -> int:
        """Number of targets per pass."""
        ...

    @property
    def steps_per_epoch(self) -> int:
        """Number of batches per pass; the last one may be smaller."""
        ...

    def dataset(self, first_step: int = 0, part: Part = WHOLE) -> tf.data.Dataset:
        """Returns endless batches from step `first_step` on, restricted to `part`."""
        ...


def endless(
    plan_pass: Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]],
    batch: Callable[[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor], Batch],
    steps: int,
    first_step: int,
    part: Part,
) -> tf.data.Dataset:
    """Makes an endless dataset of passes, each planned as a whole.

    Args:
        plan_pass: number of a pass, scalar int64 -> its plan, and the order of its batches [steps] int64.
        batch: plan, order, number of the step in the pass and of the local replica, scalars int64 -> the replica's
            batch.
        steps: steps per pass.
        first_step: first step of the dataset, counted over all passes.
        part: part of the global batches to read.
    """
    first_pass, first_of_pass = divmod(first_step, steps)

    @tf.autograph.experimental.do_not_convert  # plans and batches have no Python ifs or loops over tensors
    def pass_batches(number: tf.Tensor) -> tf.data.Dataset:
        plan, order = plan_pass(number)
        start = tf.where(number == first_pass, tf.constant(first_of_pass, tf.int64), 0)
        turns = tf.data.Dataset.range(start * part.replicas, steps * part.replicas)
        if part.workers > 1:
            worker = tf.cast(part.worker, tf.int64)
            turns = turns.filter(lambda turn: (number * steps + turn // part.replicas) % part.workers == worker)
        return turns.map(
            lambda turn: batch(plan, order, turn // part.replicas, turn % part.replicas), num_parallel_calls=2
        )

    return tf.data.Dataset.range(first_pass, np.iinfo(np.int64).max).flat_map(pass_batches).prefetch(8)
