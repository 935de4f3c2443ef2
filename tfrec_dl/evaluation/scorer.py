"""Scorers: whatever scores the whole catalogue for a block of histories, models and baselines alike."""

from __future__ import annotations

import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np
import tensorflow as tf

from tfrec_dl.errors import InputError

if TYPE_CHECKING:
    from tfrec_dl.data.histories import Histories
    from tfrec_dl.data.vocabulary import Vocabulary

QUERY_TOKENS = (
    65_536  # history positions encoded at once: bounds the encoder's memory whatever the length of the histories
)
QUERY_ROWS = 4_096  # histories encoded at once at most
QUERY_CHUNK = 65_536  # query vectors held at once


class Scorer(Protocol):
    """Scores every item of the vocabulary for each history."""

    def scores(self, histories: Histories) -> np.ndarray:
        """Scores the whole catalogue.

        Args:
            histories: H histories, in time order; rows may be empty.

        Returns:
            [H, vocabulary.size] float32 (or float64), C-contiguous, higher is better. The caller may overwrite it, so
            it is never a view of something the scorer keeps. Columns 0 (padding) and 1 (unknown) are ignored.
        """
        ...


@runtime_checkable
class BlockScorer(Protocol):
    """A scorer that scores many histories more cheaply than block by block, say because its queries batch better."""

    def score_blocks(self, histories: Histories, block_size: int) -> Iterator[np.ndarray]:
        """Yields the scores of `block_size` consecutive histories at a time, each valid until the next."""
        ...


def score_blocks(scorer: Scorer, histories: Histories, block_size: int) -> Iterator[np.ndarray]:
    """Yields [<= block_size, vocabulary.size] scores of consecutive histories; each may be overwritten.

    A yielded block is valid until the next one is asked for.
    """
    if isinstance(scorer, BlockScorer):
        yield from scorer.score_blocks(histories, block_size)
        return
    for start in range(0, len(histories), block_size):
        rows = np.arange(start, min(start + block_size, len(histories)))
        yield scorer.scores(histories.select(rows))


class FactorScorer(ABC):
    """A scorer whose scores are dot products: query · item vector.

    A history without items scores by popularity (the vocabulary's training counts), as the exported model does.

    Args:
        vocabulary: the items.
        items: [vocabulary.size, D] float32 item vectors.
    """

    def __init__(self, vocabulary: Vocabulary, items: np.ndarray) -> None:
        self.vocabulary = vocabulary
        self._items = np.asarray(items, dtype=np.float32)
        self._popularity = vocabulary.item_counts.astype(np.float32)

    @abstractmethod
    def queries(self, histories: Histories) -> np.ndarray:
        """[H, D] float32 query vectors; rows of empty histories are ignored."""

    def scores(self, histories: Histories) -> np.ndarray:
        """Scores the whole catalogue: [H, vocabulary.size] float32."""
        return self._scores(self.queries(histories), histories.lengths, None)

    def score_blocks(self, histories: Histories, block_size: int) -> Iterator[np.ndarray]:
        """Computes many queries at once, then multiplies block by block into one reused buffer."""
        buffer = np.empty((min(block_size, len(histories)), len(self._items)), dtype=np.float32)
        step = max(block_size, QUERY_CHUNK // block_size * block_size)
        for start in range(0, len(histories), step):
            chunk = histories.select(np.arange(start, min(start + step, len(histories))))
            queries, lengths = self.queries(chunk), chunk.lengths
            for first in range(0, len(chunk), block_size):
                block = queries[first : first + block_size]
                yield self._scores(block, lengths[first : first + block_size], buffer[: len(block)])

    def _scores(self, queries: np.ndarray, lengths: np.ndarray, out: np.ndarray | None) -> np.ndarray:
        scores: np.ndarray = np.matmul(queries, self._items.T, out=out)
        scores[lengths == 0] = self._popularity
        return scores


class ModelScorer(FactorScorer):
    """Scores with a `RetrievalModel`, every item read once.

    Histories are cut to the model's last `max_length` items and encoded in batches of similar length, so padding costs
    next to nothing.

    Args:
        model: has `vocabulary`, `max_length`, `tables()` and `encode(history, embedded)`, as a `RetrievalModel`; where
            it has a `user_tower`, the histories' users are looked up in it.
    """

    def __init__(self, model: Any) -> None:
        tables = model.tables()
        super().__init__(model.vocabulary, tables.items)
        self.model = model
        self._history = tables.history
        self._user_tower: Any = getattr(model, "user_tower", None)
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


def _encoder(model: Any, width: int) -> Callable[..., tf.Tensor]:
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
    if getattr(model, "user_tower", None) is not None:
        signature.append(tf.TensorSpec([None], tf.string, name="user_ids"))
    weak = weakref.ref(model)

    def encode(history: tf.Tensor, table: tf.Tensor, *user_ids: tf.Tensor) -> tf.Tensor:
        own: Any = weak()
        return own.encode(history, tf.gather(table, history), *(own.user_tower(ids) for ids in user_ids))

    return _encoders.setdefault(model, tf.function(encode, input_signature=signature))


def as_scorer(scorer_or_model: Any) -> Scorer:
    """Returns a scorer as it is, and wraps a retrieval model.

    Raises:
        InputError: if the object is neither.
    """
    if hasattr(scorer_or_model, "scores"):
        scorer: Scorer = scorer_or_model
        return scorer
    if hasattr(scorer_or_model, "encode") and hasattr(scorer_or_model, "tables"):
        return ModelScorer(scorer_or_model)
    raise InputError(f"cannot score with a {type(scorer_or_model).__name__}: pass a RetrievalModel or a Scorer.")
