"""Baselines inside a TensorFlow graph, which serve the same scores."""

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
    """A baseline as a graph: takes histories of vocabulary indices and returns scores of the whole catalogue.

    The baseline's `graph()` returns it. Both agree up to float32 rounding. `type(graph)(item_counts,
    **graph.arrays())` rebuilds the graph.

    Args:
        item_counts: [size] training interactions by index, which are the scores for new users.
    """

    def __init__(self, item_counts: np.ndarray) -> None:
        super().__init__()
        self.item_counts = frozen(item_counts)

    @property
    def size(self) -> int:
        """Size of the vocabulary, and number of columns of the scores."""
        return int(self.item_counts.shape[0])

    @property
    def item_vectors(self) -> tf.Variable | None:
        """Item vectors [size, D], with the bias last; None (default) if there are none."""
        return None

    def catalogue_scores(self, history: tf.Tensor) -> tf.Tensor:
        """Scores the whole catalogue.

        Args:
            history: [B, L] int32, all items of the history in time order, followed by zeros.

        Returns:
            [B, size] float32.
        """
        is_new_user = tf.reduce_all(history == PADDING, axis=1, keepdims=True)
        return tf.where(is_new_user, self.item_counts, self._scores(history))

    def counted_anew(self, train: Histories) -> BaselineGraph:
        """Returns the graph of other histories of the same items, if it is made of counts; by default itself.

        Raises:
            InputError: if it cannot be counted anew, because an earlier version wrote it.
        """
        return self

    @property
    def reach(self) -> int | None:
        """Returns how many of the last items of a history it reads; None (default) for all."""
        return None

    def similarities(self, items: tf.Tensor) -> tf.Tensor:
        """Scores how similar all items are to each of some items; by default the scores after that item alone.

        Args:
            items: [B] int32.

        Returns:
            [B, size] float32.
        """
        return self.catalogue_scores(items[:, None])

    @property
    def factors(self) -> tf.Tensor | None:
        """Vectors [size, D] whose products with the queries of `asked` are the scores, apart from votes.

        None (default) if the scores have no such form.
        """
        return None

    def asked(self, history: tf.Tensor) -> Asked:
        """Returns what the scores of histories are made of, if there are `factors`; rows of new users are ignored.

        Args:
            history: as in `catalogue_scores`.
        """
        raise NotImplementedError

    @abstractmethod
    def arrays(self) -> dict[str, np.ndarray]:
        """Returns what the baseline has learned, by the names of the constructor's arguments."""

    @abstractmethod
    def _scores(self, history: tf.Tensor) -> tf.Tensor:
        """Scores [B, size] float32; rows of new users are ignored."""


class SparseRows(tf.Module):
    """A sparse matrix whose rows are summed; the work depends on the rows requested, not on the matrix.

    Args:
        splits: [size + 1] start of each row in `columns` and `values`.
        columns: [n] column of each value.
        values: [n] values.

    Raises:
        InputError: if they do not describe such a matrix.
    """

    def __init__(self, splits: np.ndarray, columns: np.ndarray, values: np.ndarray) -> None:
        super().__init__()
        fit = splits[0] == 0 and splits[-1] == len(columns) == len(values) and (np.diff(splits) >= 0).all()
        if not fit or not ((columns >= 0) & (columns < len(splits) - 1)).all():
            raise InputError(
                f"{len(splits)} splits, {len(columns)} columns and {len(values)} values do not make a matrix."
            )
        self.splits = frozen(splits, tf.int64)
        self.columns = frozen(columns, tf.int32)
        self.values = frozen(values)

    @staticmethod
    def arrays_of(matrix: sparse.csr_matrix) -> dict[str, np.ndarray]:
        """Returns a [size, size] matrix as the constructor's arguments."""
        return {"splits": matrix.indptr, "columns": matrix.indices, "values": matrix.data.astype(np.float32)}

    def arrays(self) -> dict[str, np.ndarray]:
        """Returns the constructor's arguments."""
        return {"splits": self.splits.numpy(), "columns": self.columns.numpy(), "values": self.values.numpy()}

    def weighted_sum(self, items: tf.Tensor, weights: tf.Tensor, rows: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
        """Sums weighted rows of the matrix.

        Args:
            items: [n] int32 rows of the matrix.
            weights: [n] float32 weight of each.
            rows: [n] int64 row of the result that each is added to.
            count: scalar number of rows in the result.

        Returns:
            [count, size] float32.
        """
        count, size = tf.cast(count, tf.int64), self._size()
        values, cells = self._weighted(items, weights, rows)
        return tf.reshape(tf.math.unsorted_segment_sum(values, cells, count * size), [count, size])

    def votes(self, items: tf.Tensor, weights: tf.Tensor, rows: tf.Tensor, count: tf.Tensor) -> Votes:
        """Same as `weighted_sum`, without the zeros; `rows` must be ascending."""
        values, cells = self._weighted(items, weights, rows)
        return Votes.added_up(cells, values, tf.cast(count, tf.int64), self._size())

    def _size(self) -> tf.Tensor:
        return tf.shape(self.splits, tf.int64)[0] - 1

    def _weighted(self, items: tf.Tensor, weights: tf.Tensor, rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns the values of the weighted rows and the cells row * size + column they are added to: [m] each."""
        starts = tf.gather(self.splits, items)
        lengths = tf.gather(self.splits, items + 1) - starts
        owners = tf.repeat(tf.range(tf.size(items)), lengths)
        before = tf.cumsum(lengths, exclusive=True)
        found = tf.gather(starts - before, owners) + tf.range(tf.reduce_sum(lengths))
        values = tf.gather(self.values, found) * tf.gather(weights, owners)
        return values, tf.gather(rows, owners) * self._size() + tf.cast(tf.gather(self.columns, found), tf.int64)


def distinct_items(history: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns each item of each history once, even if it occurs repeatedly.

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
    """Creates a variable that is not trainable; it is stored once, outside the graph, whatever its size."""
    return tf.Variable(tf.constant(values, dtype), trainable=False)
