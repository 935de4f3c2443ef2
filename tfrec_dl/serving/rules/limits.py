"""Limits of how many items of a value are chosen from a pool."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from tfrec_dl.serving.graphs import CALLED
from tfrec_dl.serving.rules.pool import Pool, numbers_of_values

NOTHING = -1  # place in a pool


class ValueCounts(NamedTuple):
    """What limits say of a pool, V values in all.

    The length of a list is one more limit, of a value that all items have.

    Attributes:
        has: [B, C, V] float32, 1 where an item has a value.
        most: [B, V] float32, how many can have it.
        counts: [B, V] float32, how many that are chosen have it.
    """

    has: tf.Tensor
    most: tf.Tensor
    counts: tf.Tensor

    def fits(self, counts: tf.Tensor) -> tf.Tensor:
        """Which items can be chosen after so many of each value [B, V]: [B, C] bool."""
        is_full = tf.cast(counts >= self.most, tf.float32)
        return tf.linalg.matvec(self.has, is_full) < 0.5  # a sum of ones and zeros

    def with_one_more(self, counts: tf.Tensor, place: tf.Tensor) -> tf.Tensor:
        """How many have each value [B, V] once the items at places [B, 1] are chosen too."""
        return counts + tf.gather(self.has, place, batch_dims=1)[:, 0]


def value_counts(pool: Pool, wanted: tf.Tensor, numbers: tf.Tensor) -> ValueCounts:
    """The limits of a pool.

    Args:
        pool: what there is.
        wanted: [B] int32, how many items at most.
        numbers: [B, A] int32, how many of a value can be chosen; 0 for any number.
    """
    batch, size, width = tf.unstack(tf.shape(pool.values))
    most = tf.reshape(numbers_of_values(pool.values, numbers), [batch, -1])
    values, rows = tf.reshape(pool.values, [batch, -1]), tf.range(batch)[:, None]
    # Numbers of a row's distinct values follow each other, because equal values of another row are others.
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
    """Places of the items that are chosen if each in turn is that still fits.

    All at once: what fits after all those before it that may be chosen is chosen for sure, and what does not fit after
    those that are chosen for sure never is; each round settles one item more at least, and mostly many.

    Args:
        free: [B, C] bool, whether an item can be chosen.
        limits: what fits.
        steps: scalar int32, places at most.

    Returns:
        [B, S] int32, S the smaller of `steps` and C; `NOTHING` at the end where nothing more fits.
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
