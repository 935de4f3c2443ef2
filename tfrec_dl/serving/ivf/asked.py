"""Input of a search: one query vector per history, and extra scores for some items."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf


class Votes(NamedTuple):
    """Extra scores for some items after each of B histories.

    Attributes:
        items: [n] int32, items of the first history, then of the second, and so on; distinct within a history.
        values: [n] float32.
        splits: [B + 1] int32, history b has the votes from `splits[b]` to `splits[b + 1]`.
    """

    items: tf.Tensor
    values: tf.Tensor
    splits: tf.Tensor

    @classmethod
    def added_up(cls, cells: tf.Tensor, values: tf.Tensor, count: tf.Tensor, size: tf.Tensor) -> Votes:
        """Sums the votes for the same cell.

        Args:
            cells: [n] int64, row * size + item, in row order.
            values: [n] float32.
            count: int64, number of rows.
            size: int64, size of the vocabulary.
        """
        distinct, places = tf.unique(cells)
        rows, items = distinct // size, tf.cast(distinct % size, tf.int32)
        splits = tf.searchsorted(rows, tf.range(count + 1))
        return cls(items, tf.math.unsorted_segment_sum(values, places, tf.size(distinct)), splits)

    def rows(self) -> tf.Tensor:
        """Returns the history of each vote: [n] int32."""
        return tf.repeat(tf.range(tf.size(self.splits) - 1), self.splits[1:] - self.splits[:-1])


class Asked(NamedTuple):
    """Definition of the scores after B histories: query . item vector, plus votes.

    Attributes:
        queries: [B, D] float32.
        votes: extra scores; None if there are none.
    """

    queries: tf.Tensor
    votes: Votes | None = None
