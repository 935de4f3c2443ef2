"""Scorer of a retrieval model: histories encoded in batches of similar length, times every item vector."""

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

QUERY_TOKENS = 65_536  # history positions encoded at once: bounds the encoder's memory however long the histories are
QUERY_ROWS = 4_096  # histories encoded at once at most


class ModelScorer(FactorScorer):
    """Scores with a `RetrievalModel`, every item read once.

    Histories are cut to the model's last `max_length` items and encoded in batches of similar length, so padding costs
    next to nothing.

    Args:
        model: the model; where it has a `user_tower`, the histories' users are looked up in it.
    """

    def __init__(self, model: ServableModel) -> None:
        tables = model.tables()
        super().__init__(model.vocabulary, tables.items)
        self.model = model
        self._history = tables.history
        self._user_tower = model.user_tower
        self._encode = _encoder(model, tables.history.shape[1])

    def refresh(self) -> None:
        """Reads the items anew, after the model's weights have changed."""
        del self._history, self._items  # before others take as much memory
        tables = self.model.tables()
        self._history = tables.history
        self._items = np.asarray(tables.items, dtype=np.float32)

    def queries(self, histories: Histories) -> np.ndarray:
        """[H, D] float32 query vectors; rows of empty histories are zero."""
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


# Traces by model: what evaluates a model again need not trace its encoder again.
_encoders: weakref.WeakKeyDictionary[Any, Callable[..., tf.Tensor]] = weakref.WeakKeyDictionary()


def _encoder(model: ServableModel, width: int) -> Callable[..., tf.Tensor]:
    """The model's encoder as one graph for every batch and table; it does not keep the model alive.

    Args:
        model: as `ModelScorer` takes it.
        width: of the table of items' vectors.
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

    # A concrete function: of a `tf.function` for each model TensorFlow would think that one is traced again and again.
    return _encoders.setdefault(model, tf.function(encode, input_signature=signature).get_concrete_function())
