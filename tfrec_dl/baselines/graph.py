"""Baselines inside a TensorFlow graph: the scores that a served model computes."""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
import tensorflow as tf
from scipy import sparse

from tfrec_dl.data.histories import Histories
from tfrec_dl.data.vocabulary import FIRST_ITEM, PADDING
from tfrec_dl.errors import InputError
from tfrec_dl.serving.ivf.asked import Asked, Votes


class BaselineGraph(tf.Module, ABC):
    """A baseline as a graph: histories of vocabulary indices in, scores of the whole catalogue out.

    Made by the baseline's `graph()`, with which it agrees up to the rounding of float32. `type(graph)(item_counts,
    **graph.arrays())` is the same graph again.

    Args:
        item_counts: [size] training interactions by index, which new users get as scores.
    """

    def __init__(self, item_counts: np.ndarray) -> None:
        super().__init__()
        self.item_counts = frozen(item_counts)

    @property
    def size(self) -> int:
        """The vocabulary's size: columns of the scores."""
        return int(self.item_counts.shape[0])

    @property
    def item_vectors(self) -> tf.Variable | None:
        """Item vectors [size, D], the bias last; None, as by default, where it has none."""
        return None

    def catalogue_scores(self, history: tf.Tensor) -> tf.Tensor:
        """Scores the whole catalogue.

        Args:
            history: [B, L] int32, items in time order and then zeros; all of the history.

        Returns:
            [B, size] float32.
        """
        is_new_user = tf.reduce_all(history == PADDING, axis=1, keepdims=True)
        return tf.where(is_new_user, self.item_counts, self._scores(history))

    def counted_anew(self, train: Histories) -> BaselineGraph:
        """The same of other histories over the same items, where it is made of counts; by default it stays as it is.

        Raises:
            InputError: if it cannot be, because an earlier version has written it.
        """
        return self

    @property
    def reach(self) -> int | None:
        """How many of the last items of a history it reads; by default None: all."""
        return None

    def similarities(self, items: tf.Tensor) -> tf.Tensor:
        """How like each of some items the others are; by default what they score after the item alone.

        Args:
            items: [B] int32.

        Returns:
            [B, size] float32.
        """
        return self.catalogue_scores(items[:, None])

    @property
    def factors(self) -> tf.Tensor | None:
        """Vectors [size, D] whose products with the queries of `asked` are the scores, but for its votes.

        None, as by default, where scores are nothing of the kind.
        """
        return None

    def asked(self, history: tf.Tensor) -> Asked:
        """What the scores of histories are made of where there are `factors`; rows of new users are ignored.

        Args:
            history: as for `catalogue_scores`.
        """
        raise NotImplementedError

    @abstractmethod
    def arrays(self) -> dict[str, np.ndarray]:
        """What the baseline has learned, by the names of the constructor's arguments."""

    @abstractmethod
    def _scores(self, history: tf.Tensor) -> tf.Tensor:
        """[B, size] float32; rows of new users are ignored."""


class SparseRows(tf.Module):
    """A sparse matrix of which rows are summed: the work follows the rows asked for, not the matrix.

    Args:
        splits: [size + 1] where each row begins in `columns` and `values`.
        columns: [n] column of each value.
        values: [n].

    Raises:
        InputError: if they are of no such matrix.
    """

    def __init__(self, splits: np.ndarray, columns: np.ndarray, values: np.ndarray) -> None:
        super().__init__()
        fit = splits[0] == 0 and splits[-1] == len(columns) == len(values) and (np.diff(splits) >= 0).all()
        if not fit or not ((columns >= 0) & (columns < len(splits) - 1)).all():
            raise InputError(f"{len(splits)} splits, {len(columns)} columns and {len(values)} values make no matrix.")
        self.splits = frozen(splits, tf.int64)
        self.columns = frozen(columns, tf.int32)
        self.values = frozen(values)

    @staticmethod
    def arrays_of(matrix: sparse.csr_matrix) -> dict[str, np.ndarray]:
        """A [size, size] matrix as the constructor's arguments."""
        return {"splits": matrix.indptr, "columns": matrix.indices, "values": matrix.data.astype(np.float32)}

    def arrays(self) -> dict[str, np.ndarray]:
        """The constructor's arguments."""
        return {"splits": self.splits.numpy(), "columns": self.columns.numpy(), "values": self.values.numpy()}

    def weighted_sum(self, items: tf.Tensor, weights: tf.Tensor, rows: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
        """Adds up weighted rows of the matrix.

        Args:
            items: [n] int32 which rows.
            weights: [n] float32 of each.
            rows: [n] int64 row of the result to which each is added.
            count: scalar, rows of the result.

        Returns:
            [count, size] float32.
        """
        count, size = tf.cast(count, tf.int64), self._size()
        values, cells = self._weighted(items, weights, rows)
        return tf.reshape(tf.math.unsorted_segment_sum(values, cells, count * size), [count, size])

    def votes(self, items: tf.Tensor, weights: tf.Tensor, rows: tf.Tensor, count: tf.Tensor) -> Votes:
        """As `weighted_sum`, without the zeros; `rows` rise."""
        values, cells = self._weighted(items, weights, rows)
        return Votes.added_up(cells, values, tf.cast(count, tf.int64), self._size())

    def _size(self) -> tf.Tensor:
        return tf.shape(self.splits, tf.int64)[0] - 1

    def _weighted(self, items: tf.Tensor, weights: tf.Tensor, rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """The values of the weighted rows, and the cells row * size + column that they are added to: [m] each."""
        starts = tf.gather(self.splits, items)
        lengths = tf.gather(self.splits, items + 1) - starts
        owners = tf.repeat(tf.range(tf.size(items)), lengths)
        before = tf.cumsum(lengths, exclusive=True)
        found = tf.gather(starts - before, owners) + tf.range(tf.reduce_sum(lengths))
        values = tf.gather(self.values, found) * tf.gather(weights, owners)
        return values, tf.gather(rows, owners) * self._size() + tf.cast(tf.gather(self.columns, found), tf.int64)


def distinct_items(history: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The items of each history once, however often they occur in it.

    Args:
        history: [B, L] int32, padded with 0.

    Returns:
        Items and the row of each, [n] int32 and [n] int64, row by row.
    """
    ordered = tf.sort(history, axis=1)
    is_first = tf.concat([tf.ones_like(ordered[:, :1], tf.bool), ordered[:, 1:] != ordered[:, :-1]], axis=1)
    places = tf.where(is_first & (ordered >= FIRST_ITEM))
    return tf.gather_nd(ordered, places), places[:, 0]


def frozen(values: np.ndarray, dtype: tf.DType = tf.float32) -> tf.Variable:
    """A variable that is not trained: it is stored once, beside the graph, whatever its size."""
    return tf.Variable(tf.constant(values, dtype), trainable=False)
