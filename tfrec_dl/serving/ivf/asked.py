"""What a search is asked: a vector a history, and what is added to the scores of some items."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf


class Votes(NamedTuple):
    """What is added to the scores of some items after each of B histories.

    Attributes:
        items: [n] int32, those of the first history, then those of the second, and so on; each once for a history.
        values: [n] float32.
        splits: [B + 1] int32, history b has the votes from `splits[b]` to `splits[b + 1]`.
    """

    items: tf.Tensor
    values: tf.Tensor
    splits: tf.Tensor

    @classmethod
    def added_up(cls, cells: tf.Tensor, values: tf.Tensor, count: tf.Tensor, size: tf.Tensor) -> Votes:
        """Those of one cell added up.

        Args:
            cells: [n] int64, row * size + item, row by row.
            values: [n] float32.
            count: int64, rows.
            size: int64, of the vocabulary.
        """
        distinct, places = tf.unique(cells)
        rows, items = distinct // size, tf.cast(distinct % size, tf.int32)
        splits = tf.searchsorted(rows, tf.range(count + 1))
        return cls(items, tf.math.unsorted_segment_sum(values, places, tf.size(distinct)), splits)

    def rows(self) -> tf.Tensor:
        """Which history each is of: [n] int32."""
        return tf.repeat(tf.range(tf.size(self.splits) - 1), self.splits[1:] - self.splits[:-1])


class Asked(NamedTuple):
    """Scores of items after B histories: query . item vector, plus votes.

    Attributes:
        queries: [B, D] float32.
        votes: None where there are none.
    """

    queries: tf.Tensor
    votes: Votes | None = None
