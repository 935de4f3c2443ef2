"""Limits on how many items with the same attribute value are chosen from a pool."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from tfrec_dl.serving.graphs import CALLED
from tfrec_dl.serving.rules.pool import Pool, numbers_of_values

NOTHING = -1  # stands for no position in a pool


class ValueCounts(NamedTuple):
    """The limits on a pool, over V values in all.

    The length of a list is treated as one more limit, on a value that all items have.

    Attributes:
        has: [B, C, V] float32, 1 where an item has a value.
        most: [B, V] float32, maximum number of items with the value.
        counts: [B, V] float32, number of chosen items with the value.
    """

    has: tf.Tensor
    most: tf.Tensor
    counts: tf.Tensor

    def fits(self, counts: tf.Tensor) -> tf.Tensor:
        """Returns which items can be chosen, given counts per value [B, V]: [B, C] bool."""
        is_full = tf.cast(counts >= self.most, tf.float32)
        return tf.linalg.matvec(self.has, is_full) < 0.5  # a sum of ones and zeros

    def with_one_more(self, counts: tf.Tensor, place: tf.Tensor) -> tf.Tensor:
        """Returns the counts per value [B, V] after also choosing the items at positions [B, 1]."""
        return counts + tf.gather(self.has, place, batch_dims=1)[:, 0]


def value_counts(pool: Pool, wanted: tf.Tensor, numbers: tf.Tensor) -> ValueCounts:
    """Returns the limits on a pool.

    Args:
        pool: items to choose from.
        wanted: [B] int32, maximum number of items.
        numbers: [B, A] int32, maximum number of items per attribute value; 0 for no limit.
    """
    batch, size, width = tf.unstack(tf.shape(pool.values))
    most = tf.reshape(numbers_of_values(pool.values, numbers), [batch, -1])
    values, rows = tf.reshape(pool.values, [batch, -1]), tf.range(batch)[:, None]
    # Each row numbers its distinct values consecutively, because equal values in different rows are unrelated.
    keys = tf.cast(rows, tf.int64) * 2**32 + tf.cast(values, tf.int64)
    of_all = tf.reshape(tf.unique(tf.reshape(keys, [-1]))[1], [batch, -1])
    own = of_all - of_all[:, :1]
    count = tf.reduce_max(tf.pad(tf.reshape(own, [-1]) + 1, [[0, 1]]))
    cells = rows * count + own
    has_value = tf.cast(values >= 0, tf.float32)
    items = tf.repeat(tf.range(batch * size), width) * count + tf.reshape(own, [-1])
    has = tf.math.unsorted_segment_sum(tf.reshape(has_value, [-1]), items, batch * size * count)
    most = tf.math.unsorted_segment_min(most, cells, batch * count)
    counts = tf.math.unsorted_segment_max(tf.reshape(pool.counts, [batch, -1]), cells, batch * count)
    return ValueCounts(
        tf.pad(tf.reshape(has, [batch, size, count]), [[0, 0], [0, 0], [0, 1]], constant_values=1.0),
        tf.concat([_by_row(most, batch), tf.cast(wanted, tf.float32)[:, None]], axis=1),
        tf.pad(tf.maximum(_by_row(counts, batch), 0.0), [[0, 0], [0, 1]]),
    )


def _by_row(values: tf.Tensor, batch: tf.Tensor) -> tf.Tensor:
    return tf.cast(tf.reshape(values, [batch, tf.size(values) // tf.maximum(batch, 1)]), tf.float32)


def first_within(free: tf.Tensor, limits: ValueCounts, steps: tf.Tensor) -> tf.Tensor:
    """Returns the pool positions of the items chosen by taking, in order, each item that still fits.

    All positions are settled in parallel. An item is certainly chosen if it fits even after all candidates before it.
    An item is certainly rejected if it does not fit after the items that are certainly chosen. Each round settles at
    least one more item, and usually many.

    Args:
        free: [B, C] bool, whether an item can be chosen.
        limits: limits on the pool.
        steps: scalar int32, maximum number of items.

    Returns:
        [B, S] int32, S the smaller of `steps` and C; `NOTHING` at the end once nothing more fits.
    """

    def fitting(chosen: tf.Tensor) -> tf.Tensor:
        mine = limits.has * tf.cast(chosen, tf.float32)[:, :, None]
        before = limits.counts[:, None] + tf.cumsum(mine, axis=1, exclusive=True)
        return free & ~tf.reduce_any((before >= limits.most[:, None]) & (limits.has > 0), axis=2)

    def once_more(_: tf.Tensor, chosen: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        then = fitting(chosen)
        return tf.reduce_any(then != chosen), then

    shapes = tf.TensorShape([]), tf.TensorShape([None, None])
    state = (tf.constant(True), free)
    chosen = tf.while_loop(lambda changes, _: changes, once_more, state, shape_invariants=shapes, name=CALLED)[1]
    size = tf.shape(free)[1]
    found, places = tf.math.top_k(tf.where(chosen, size - tf.range(size), 0), tf.minimum(steps, size))
    return tf.where(found > 0, places, NOTHING)
