"""Scorers: anything that scores the whole catalogue for a block of histories, both models and baselines."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from tfrec_dl.errors import InputError

if TYPE_CHECKING:
    from tfrec_dl.data.histories import Histories
    from tfrec_dl.data.vocabulary import Vocabulary

QUERY_CHUNK = 65_536  # query vectors held at once


@runtime_checkable
class Scorer(Protocol):
    """Scores every item of the vocabulary for each history."""

    def scores(self, histories: Histories) -> np.ndarray:
        """Scores the whole catalogue.

        Args:
            histories: H histories, in time order; rows may be empty.

        Returns:
            [H, vocabulary.size] float32 (or float64), C-contiguous, higher is better. The caller may overwrite it, so
            it must not be a view of data that the scorer keeps. Columns 0 (padding) and 1 (unknown) are ignored.
        """
        ...


@runtime_checkable
class Scorable(Protocol):
    """A model that provides its own scorer, as `RetrievalModel` does."""

    def scorer(self) -> Scorer:
        """Returns a scorer with the current weights."""
        ...


@runtime_checkable
class BlockScorer(Protocol):
    """A scorer that scores many histories at lower cost than block by block, because its queries batch better."""

    def score_blocks(self, histories: Histories, block_size: int) -> Iterator[np.ndarray]:
        """Yields the scores of `block_size` consecutive histories at a time, each valid until the next."""
        ...


@runtime_checkable
class KnowsItems(Protocol):
    """A scorer or model of the items of a vocabulary, as all of ours are."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The items that the columns of the scores stand for."""
        ...


def score_blocks(scorer: Scorer, histories: Histories, block_size: int) -> Iterator[np.ndarray]:
    """Yields [<= block_size, vocabulary.size] scores of consecutive histories; each may be overwritten.

    A yielded block is valid until the next one is requested.
    """
    if isinstance(scorer, BlockScorer):
        yield from scorer.score_blocks(histories, block_size)
        return
    for start in range(0, len(histories), block_size):
        rows = np.arange(start, min(start + block_size, len(histories)))
        yield scorer.scores(histories.select(rows))


class FactorScorer(ABC):
    """A scorer whose scores are dot products of query and item vectors.

    A history without items gets popularity scores (the vocabulary's training counts), as in the exported model.

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
        """Computes the query vectors, [H, D] float32; rows of empty histories are ignored."""

    def scores(self, histories: Histories) -> np.ndarray:
        """Scores the whole catalogue: [H, vocabulary.size] float32."""
        histories.require_numbers_of(self.vocabulary)
        return self._scores(self.queries(histories), histories.lengths, None)

    def score_blocks(self, histories: Histories, block_size: int) -> Iterator[np.ndarray]:
        """Computes many queries at once, then multiplies block by block into one reused buffer."""
        histories.require_numbers_of(self.vocabulary)
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


def as_scorer(scorer_or_model: Scorer | Scorable) -> Scorer:
    """Returns a scorer unchanged, and the scorer of a model.

    Raises:
        InputError: if the object is neither.
    """
    if isinstance(scorer_or_model, Scorable):
        return scorer_or_model.scorer()
    if isinstance(scorer_or_model, Scorer):
        return scorer_or_model
    raise InputError(
        f"cannot score with a {type(scorer_or_model).__name__}: give a RetrievalModel, as run.model(), or a Scorer."
    )
