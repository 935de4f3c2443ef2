"""Whole histories as training batches, for models that reconstruct a history as a set."""

from typing import ClassVar

import numpy as np
import tensorflow as tf

from tfrec_dl.data.histories import Histories
from tfrec_dl.data.training.batches import WHOLE, Batch, Part, endless
from tfrec_dl.data.training.cuts import WindowConfig
from tfrec_dl.data.training.windows import CHUNK_BATCHES
from tfrec_dl.errors import InputError


class TrainingHistories:
    """Yields every history once per epoch, in a new order; of a longer one a part, cut anew each epoch.

    Args:
        histories: training histories.
        config: lengths, batch size and seed; `context` has no effect.
        user_ids: [H] ids to include with the histories, for a model with a user tower; None includes none.

    Raises:
        InputError: if no history has two items.

    Attributes:
        chunk_batches: number of batches whose histories are sorted by length together, so that a batch has similar
            lengths.
    """

    chunk_batches: ClassVar[int] = CHUNK_BATCHES

    def __init__(self, histories: Histories, config: WindowConfig, user_ids: np.ndarray | None = None) -> None:
        rows = np.flatnonzero(histories.lengths)
        if histories.lengths.max(initial=0) < 2:
            raise InputError(
                f"no user has two interactions ({len(histories)} users): nothing to learn from; bring longer histories."
            )
        self.config = config
        self._items = histories.items
        self._weights = histories.weights
        self._user_ids = None if user_ids is None else user_ids[rows].astype(str)
        self._begin = histories.offsets[rows].astype(np.int64)
        self._lengths = histories.lengths[rows].astype(np.int64)

    @property
    def window_count(self) -> int:
        """Number of histories per epoch."""
        return len(self._begin)

    @property
    def target_count(self) -> int:
        """Number of targets per epoch: the reconstructed items."""
        return int(np.minimum(self._lengths, self.config.max_length).sum())

    @property
    def steps_per_epoch(self) -> int:
        """Number of batches per epoch; one of them may be smaller."""
        return -(-self.window_count // self.config.batch_size)

    def dataset(self, first_step: int = 0, part: Part = WHOLE) -> tf.data.Dataset:
        """Returns an endless dataset, pass after pass; pass `steps_per_epoch` to `model.fit`.

        The content of a step depends only on the seed and its number, as in `TrainingWindows`.

        Args:
            first_step: number of the first step, from 0.
            part: part of the global batches; by default all.

        Returns:
            Batches {"history": [B, l] int32, "weight": [B, l] float32 if the histories have weights, and "user_id": [B]
            string if ids were given}, l at most `max_length`, right-padded with 0.
        """
        items = tf.constant(self._items)
        weights = None if self._weights is None else tf.constant(self._weights)
        user_ids = None if self._user_ids is None else tf.constant(self._user_ids, tf.string)
        size = self.config.batch_size

        def batch(plan: tf.Tensor, order: tf.Tensor, step: tf.Tensor, replica: tf.Tensor) -> Batch:
            first = order[step] * size
            histories = plan[first : first + size]
            position = tf.range(tf.reduce_max(histories[:, 1]))[None, :]
            start, length, row = tf.unstack(part.rows(histories, replica), axis=1)
            inside = position < length[:, None]
            at = tf.where(inside, start[:, None] + position, 0)
            found = {"history": tf.where(inside, tf.gather(items, at), 0)}
            if weights is not None:
                found["weight"] = tf.where(inside, tf.gather(weights, at), 0.0)
            if user_ids is not None:
                found["user_id"] = tf.gather(user_ids, row)
            return found

        return endless(self._plan_epoch, batch, self.steps_per_epoch, first_step, part)

    def _plan_epoch(self, epoch: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Plans an epoch: [H, 3] int64 (start, length, row) in order, and the order of the batches."""
        seeds = tf.random.split([tf.cast(self.config.seed, tf.int64), epoch], 3)
        length = np.minimum(self._lengths, self.config.max_length)
        slack = tf.constant(self._lengths - length)
        uniform = tf.random.stateless_uniform(tf.shape(slack), seeds[0], dtype=tf.float64)
        start = tf.constant(self._begin) + tf.cast(uniform * tf.cast(slack + 1, tf.float64), tf.int64)
        plan = tf.stack([start, tf.constant(length), tf.range(self.window_count, dtype=tf.int64)], axis=1)

        plan = tf.random.experimental.stateless_shuffle(plan, seeds[1])
        # Sort by length within chunks of batches, so that a batch holds histories of similar length.
        chunk = tf.range(self.window_count, dtype=tf.int64) // (self.config.batch_size * self.chunk_batches)
        plan = tf.gather(plan, tf.argsort(chunk * (self.config.max_length + 1) + plan[:, 1], stable=True))
        batch_order = tf.random.experimental.stateless_shuffle(tf.range(self.steps_per_epoch, dtype=tf.int64), seeds[2])
        return plan, batch_order
