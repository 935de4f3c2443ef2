"""Scorer of a retrieval model: encodes histories in batches of similar length, and multiplies by every item vector."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from tfrec_dl.evaluation.scorer import FactorScorer

if TYPE_CHECKING:
    from tfrec_dl.data.histories import Histories
    from tfrec_dl.retrieval.serving.network import ServableModel

QUERY_TOKENS = 65_536  # history positions encoded at once: limits the encoder's memory for histories of any length
QUERY_ROWS = 4_096  # largest number of histories encoded at once


class ModelScorer(FactorScorer):
    """Scores with a `RetrievalModel`; every item is read once.

    Histories are cut to the model's last `max_length` items and encoded in batches of similar length, so there is
    hardly any padding.
    next to nothing.

    Args:
        model: the model; if it has a `user_tower`, the histories' users are looked up in it.
    """

    def __init__(self, model: ServableModel) -> None:
        tables = model.tables()
        super().__init__(model.vocabulary, tables.items)
        self.model = model
        self._history = tables.history
        self._user_tower = model.user_tower
        self._encode = _encoder(model, tables.history.shape[1])

    def refresh(self) -> None:
        """Reads the items again, after the model's weights have changed."""
        del self._history, self._items  # before the new ones take as much memory
        tables = self.model.tables()
        self._history = tables.history
        self._items = np.asarray(tables.items, dtype=np.float32)

    def queries(self, histories: Histories) -> np.ndarray:
        """Computes the query vectors, [H, D] float32; rows of empty histories are zero."""
        queries = np.zeros((len(histories), self._items.shape[1]), dtype=np.float32)
        lengths = np.minimum(histories.lengths, self.model.max_length)
        order = np.argsort(-lengths, kind="stable")[: np.count_nonzero(lengths)]
        start = 0
        while start < len(order):
            rows = order[start : start + min(QUERY_ROWS, max(1, QUERY_TOKENS // int(lengths[order[start]])))]
            padded = histories.select(rows).padded(self.model.max_length)
            inputs = [tf.constant(padded, tf.int32), self._history]
            if self._user_tower is not None:
                inputs.append(tf.constant(histories.user_ids[rows].astype(str), tf.string))
            queries[rows] = self._encode(*inputs).numpy()
            start += len(rows)
        return queries


# Traced encoders by model, so that repeated evaluation of a model does not trace it again.
_encoders: weakref.WeakKeyDictionary[Any, Callable[..., tf.Tensor]] = weakref.WeakKeyDictionary()


def _encoder(model: ServableModel, width: int) -> Callable[..., tf.Tensor]:
    """Returns the model's encoder as one graph for every batch and table; it does not keep the model alive.

    Args:
        model: the model, as for `ModelScorer`.
        width: width of the table of item vectors.
    """
    if model in _encoders:
        return _encoders[model]
    signature = [
        tf.TensorSpec([None, None], tf.int32, name="history"),
        tf.TensorSpec([None, width], tf.float32, name="table"),
    ]
    if model.user_tower is not None:
        signature.append(tf.TensorSpec([None], tf.string, name="user_ids"))
    weak = weakref.ref(model)

    def encode(history: tf.Tensor, table: tf.Tensor, *user_ids: tf.Tensor) -> tf.Tensor:
        own: Any = weak()
        return own.encode(history, tf.gather(table, history), *(own.user_tower(ids) for ids in user_ids))

    # A concrete function, because TensorFlow would warn of retracing with one `tf.function` per model.
    return _encoders.setdefault(model, tf.function(encode, input_signature=signature).get_concrete_function())
