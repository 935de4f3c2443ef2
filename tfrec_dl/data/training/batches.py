"""Protocol of training batches: an endless dataset, of which a process reads its part."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np
import tensorflow as tf

Batch = dict[str, tf.Tensor]


class Part(NamedTuple):
    """Which part of the global batches a process reads; by default all of them, as one replica.

    Synchronous replicas share each batch: replica r of n has the r-th n-th of its rows. Asynchronous workers share the
    steps: worker w of n has every n-th batch, from number w on.

    Attributes:
        first_replica: number of this process's first replica, among those of all processes.
        replicas: this process's; the dataset gives one after the other their rows of a batch, then of the next.
        all_replicas: of all processes.
        worker: number of this asynchronous worker, an int or a scalar int64 tensor.
        workers: asynchronous workers in all.
    """

    first_replica: int = 0
    replicas: int = 1
    all_replicas: int = 1
    worker: int | tf.Tensor = 0
    workers: int = 1

    def rows(self, plan: tf.Tensor, local_replica: tf.Tensor) -> tf.Tensor:
        """A replica's rows of a global batch, as many for each replica.

        Args:
            plan: [B, ...], a row for each of the batch.
            local_replica: scalar int64, number among this process's replicas.

        Returns:
            [ceil(B / all_replicas), ...]; where B cannot be split evenly, the last replicas' rows end with zeros.
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
    """Batches of one pass after the other over the training data; see `TrainingWindows` for what they hold."""

    @property
    def window_count(self) -> int:
        """Windows, or whole histories, a pass."""
        ...

    @property
    def target_count(self) -> int:
        """Targets a pass."""
        ...

    @property
    def steps_per_epoch(self) -> int:
        """Batches a pass; the last one may be smaller."""
        ...

    def dataset(self, first_step: int = 0, part: Part = WHOLE) -> tf.data.Dataset:
        """Endless batches, from step `first_step` on, of which `part` is read."""
        ...


def endless(
    plan_pass: Callable[[tf.Tensor], tuple[tf.Tensor, tf.Tensor]],
    batch: Callable[[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor], Batch],
    steps: int,
    first_step: int,
    part: Part,
) -> tf.data.Dataset:
    """Passes one after the other, each planned as a whole.

    Args:
        plan_pass: number of a pass, scalar int64 -> its plan, and the order of its batches [steps] int64.
        batch: plan, order, number of the step in the pass and of the local replica, scalars int64 -> the replica's
            batch.
        steps: of a pass.
        first_step: of the dataset, counted over all passes.
        part: to read.
    """
    first_pass, first_of_pass = divmod(first_step, steps)

    @tf.autograph.experimental.do_not_convert  # plans and batches are free of Python's ifs and loops over tensors
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
