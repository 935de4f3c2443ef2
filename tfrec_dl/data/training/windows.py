"""Training windows: every interaction except a history's first is a target once per epoch, with a long context."""

import numpy as np
import tensorflow as tf

from tfrec_dl.data.histories import Histories
from tfrec_dl.data.training.batches import WHOLE, Batch, Part, endless
from tfrec_dl.data.training.cuts import WindowConfig, cut, window_counts
from tfrec_dl.errors import InputError

CHUNK_BATCHES = 16  # batches whose windows are sorted by length together: little padding, but still mixed batches


class TrainingWindows:
    """Cuts histories into windows, anew each epoch.

    A history of n items has n - 1 targets. Up to `max_length` targets fit into the first window. Every further window
    holds `max_length - context` targets after `context` items that are only read. The cuts move by a random offset each
    epoch, within the slack that the last window leaves. So the number of windows, and of steps, is the same in every
    epoch.

    Args:
        histories: training histories; those of one item have no target and are skipped.
        config: lengths, batch size and seed.
        user_ids: [H] ids of the histories' users to include with the windows, for a model with a user tower; None
            includes none.

    Raises:
        InputError: if no history has two items, or the context fills the window.
    """

    def __init__(self, histories: Histories, config: WindowConfig, user_ids: np.ndarray | None = None) -> None:
        # Not in the configuration's own validation, where pydantic would make a ValidationError of many lines.
        if config.context >= config.max_length:
            raise InputError(
                f"context is {config.context}, but must be below max_length, which is {config.max_length}."
            )
        targets = np.maximum(np.diff(histories.offsets) - 1, 0)
        rows = np.flatnonzero(targets)
        if not len(rows):
            raise InputError(
                f"no user has two interactions ({len(histories)} users): nothing to learn from; bring longer histories."
            )
        self.config = config
        self._items = histories.items
        self._weights = histories.weights
        self._user_ids = None if user_ids is None else user_ids[rows].astype(str)
        self._begin = histories.offsets[rows].astype(np.int64)
        self._targets = targets[rows].astype(np.int64)
        self._windows = int(np.sum(window_counts(self._targets, config)[0]))

    @property
    def window_count(self) -> int:
        """Number of windows per epoch."""
        return self._windows

    @property
    def target_count(self) -> int:
        """Number of targets per epoch: each interaction except the first of each history."""
        return int(self._targets.sum())

    @property
    def steps_per_epoch(self) -> int:
        """Number of batches per epoch; the last one of an epoch's cut may be smaller."""
        return -(-self.window_count // self.config.batch_size)

    def dataset(self, first_step: int = 0, part: Part = WHOLE) -> tf.data.Dataset:
        """Returns an endless dataset, pass after pass; pass `steps_per_epoch` to `model.fit`.

        The content of a step depends only on the seed and its number, so training continued at `first_step` sees the
        batches that uninterrupted training would have seen.

        Args:
            first_step: number of the first step, from 0.
            part: part of the global batches; by default all.

        Returns:
            Batches {"history": [B, l] int32, "next_item": [B, l] int32, "weight": [B, l] float32 if the histories have
            weights, and "user_id": [B] string if ids were given}, l at most `max_length`, right-padded with 0.
            `next_item` is 0 where the position is padding or only context.
        """
        items = tf.constant(self._items)
        weights = None if self._weights is None else tf.constant(self._weights)
        user_ids = None if self._user_ids is None else tf.constant(self._user_ids, tf.string)
        size = self.config.batch_size

        def batch(plan: tf.Tensor, order: tf.Tensor, step: tf.Tensor, replica: tf.Tensor) -> Batch:
            first = order[step] * size
            windows = plan[first : first + size]
            width = tf.reduce_max(windows[:, 1])  # the same for all replicas
            windows = part.rows(windows, replica)
            ids = {} if user_ids is None else {"user_id": tf.gather(user_ids, windows[:, 3])}
            return _gather(items, weights, windows, width) | ids

        return endless(self._plan_epoch, batch, self.steps_per_epoch, first_step, part)

    def _plan_epoch(self, epoch: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Plans an epoch: windows [W, 4] int64 (start, length, context, history) in order, and the batches' order."""
        seeds = tf.random.split([tf.cast(self.config.seed, tf.int64), epoch], 3)
        plan = cut(tf.constant(self._begin), tf.constant(self._targets), self.config, seeds[0])
        plan = tf.random.experimental.stateless_shuffle(plan, seeds[1])
        # Sort by length within chunks of batches, so that a batch holds windows of similar length.
        chunk = tf.range(self.window_count, dtype=tf.int64) // (self.config.batch_size * CHUNK_BATCHES)
        plan = tf.gather(plan, tf.argsort(chunk * (self.config.max_length + 1) + plan[:, 1], stable=True))
        batch_order = tf.random.experimental.stateless_shuffle(tf.range(self.steps_per_epoch, dtype=tf.int64), seeds[2])
        return plan, batch_order


def _gather(items: tf.Tensor, weights: tf.Tensor | None, plan: tf.Tensor, width: tf.Tensor) -> Batch:
    """Reads the items of a batch of planned windows, `width` positions of each."""
    start, length, context = plan[:, 0:1], plan[:, 1:2], plan[:, 2:3]
    position = tf.range(width)[None, :]
    inside = position < length
    at = tf.where(inside, start + position, 0)
    trained = inside & (position >= context)
    following = tf.where(trained, at + 1, 0)
    batch = {
        "history": tf.where(inside, tf.gather(items, at), 0),
        "next_item": tf.where(trained, tf.gather(items, following), 0),
    }
    if weights is not None:
        batch["weight"] = tf.where(trained, tf.gather(weights, following), 0.0)
    return batch
