"""First-order Markov chain: what usually follows the last items of the history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from scipy import sparse

from tfrec_dl.baselines.baseline import BASELINES, Baseline
from tfrec_dl.baselines.graph import BaselineGraph, SparseRows, frozen
from tfrec_dl.baselines.matrix import popular_for_new_users
from tfrec_dl.data.histories import Histories
from tfrec_dl.data.splits.split import EvaluationCases, Split
from tfrec_dl.data.vocabulary import FIRST_ITEM, Vocabulary
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.evaluate import evaluate

VOTERS = 5
TUNING_USERS = 10_000
DECAYS = (0.2, 0.35, 0.5, 0.65, 0.8, 0.9)
# Popularity breaks ties and nothing else: all of it weighs less than a hundred-millionth of the weakest vote.
TIE_SHARE = 1e-8


class MarkovChainGraph(BaselineGraph):
    """`MarkovChain` inside a TensorFlow graph.

    Args:
        item_counts: [size] training interactions by index.
        decay: of the votes.
        tie_breakers: [size] what every item scores without a vote.
        **transitions: the arguments of `SparseRows`.
    """

    def __init__(
        self, item_counts: np.ndarray, decay: float | np.ndarray, tie_breakers: np.ndarray, **transitions: np.ndarray
    ) -> None:
        super().__init__(item_counts)
        self.decay = float(decay)
        self.tie_breakers = frozen(tie_breakers)
        self.transitions = SparseRows(**transitions)

    def arrays(self) -> dict[str, np.ndarray]:
        """Decay, tie-breakers and transitions."""
        own = {"decay": np.array(self.decay), "tie_breakers": self.tie_breakers.numpy()}
        return own | self.transitions.arrays()

    def _scores(self, history: tf.Tensor) -> tf.Tensor:
        lengths = tf.math.count_nonzero(history, axis=1, keepdims=True, dtype=tf.int32)
        distance = lengths - 1 - tf.range(tf.shape(history)[1])
        places = tf.where((distance >= 0) & (distance < VOTERS))
        weights = self.decay ** tf.cast(tf.gather_nd(distance, places), tf.float32)
        items, count = tf.gather_nd(history, places), tf.shape(history)[0]
        return self.tie_breakers + self.transitions.weighted_sum(items, weights, places[:, 0], count)


@BASELINES.register("markov_chain")
@dataclass(frozen=True, eq=False)
class MarkovChain(Baseline):
    """Scores an item by how often it followed the last five items of the history.

    A training transition a -> b weighs count(a, b) / sqrt(count(a)). The item `d` places before the end votes with
    weight `decay ** d`. Equal scores are ordered by popularity.

    Attributes:
        transitions: [size, size] float64 CSR.
        vocabulary: the items.
        decay: of the votes, above 0 and at most 1.
    """

    place = 20
    graph_class = MarkovChainGraph

    transitions: sparse.csr_matrix
    vocabulary: Vocabulary
    decay: float

    @classmethod
    def fit(cls, train: Histories, vocabulary: Vocabulary, decay: float = 0.5) -> MarkovChain:
        """Counts transitions between neighbours in the training histories.

        Raises:
            InputError: if `decay` is not above 0 and at most 1.
        """
        if not 0.0 < decay <= 1.0:
            raise InputError(f"decay is {decay}: it must be above 0 and at most 1.")
        users = np.repeat(np.arange(len(train)), train.lengths)
        source, target = train.items[:-1], train.items[1:]
        pairs = (users[1:] == users[:-1]) & (source >= FIRST_ITEM) & (target >= FIRST_ITEM)
        source, target = source[pairs], target[pairs]
        size = vocabulary.size
        counts = sparse.csr_matrix((np.ones(len(source)), (source, target)), shape=(size, size))
        counts.sum_duplicates()
        scale = 1.0 / np.sqrt(np.maximum(vocabulary.item_counts, 1))
        return cls(sparse.csr_matrix(sparse.diags(scale) @ counts), vocabulary, decay)

    @classmethod
    def tuned(
        cls,
        train: Histories,
        vocabulary: Vocabulary,
        validation: EvaluationCases,
        decays: Sequence[float] = DECAYS,
    ) -> MarkovChain:
        """Chooses `decay` by NDCG@10 on the validation cases, 10,000 at most; the first of equals wins."""
        if len(validation) > TUNING_USERS:
            rows = np.sort(np.random.default_rng(0).choice(len(validation), TUNING_USERS, replace=False))
            validation = EvaluationCases(validation.histories.select(rows), validation.targets.select(rows))
        fitted = cls.fit(train, vocabulary)
        chains = [cls(fitted.transitions, vocabulary, decay) for decay in decays]
        values = [evaluate(chain, validation, vocabulary, metrics=["ndcg@10"]).means()["ndcg@10"] for chain in chains]
        return chains[int(np.argmax(values))]

    @classmethod
    def from_split(cls, split: Split) -> MarkovChain:
        """Counts transitions of the training part, and chooses the decay on validation."""
        return cls.tuned(split.train, split.vocabulary, split.validation)

    def scores(self, histories: Histories) -> np.ndarray:
        """Scores the whole catalogue: [H, vocabulary.size] float64, so that ties are broken where float32 could not.

        New users get the popular items.
        """
        distance = np.repeat(histories.offsets[1:], histories.lengths) - np.arange(len(histories.items)) - 1
        votes = distance < VOTERS
        rows = np.repeat(np.arange(len(histories)), histories.lengths)[votes]
        weights = self.decay ** distance[votes]
        ballots = sparse.csr_matrix(
            (weights, (rows, histories.items[votes])), shape=(len(histories), self.vocabulary.size)
        )
        votes_for = (ballots @ self.transitions).tocoo()
        scores = np.tile(self._tie_breakers(), (len(histories), 1))
        scores[votes_for.row, votes_for.col] += votes_for.data
        return popular_for_new_users(scores, histories, self.vocabulary)

    def graph(self) -> MarkovChainGraph:
        """The same scores inside a TensorFlow graph, where votes outweigh the tie-breakers' digits."""
        transitions = SparseRows.arrays_of(self.transitions)
        return MarkovChainGraph(self.vocabulary.item_counts, self.decay, self._tie_breakers(), **transitions)

    def _tie_breakers(self) -> np.ndarray:
        popularity = self.vocabulary.item_counts / max(1, self.vocabulary.item_counts.max())
        weakest = self.transitions.data.min(initial=1.0) * self.decay ** (VOTERS - 1)
        return np.asarray(popularity * weakest * TIE_SHARE)
