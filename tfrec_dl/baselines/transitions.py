"""Transitions: recommends what followed the last items of the history, near and far, in both directions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from tfrec_dl.baselines.baseline import BASELINES
from tfrec_dl.baselines.matrix import popular_for_new_users
from tfrec_dl.baselines.transition_counts import (
    both_ways,
    count_transitions,
    last_votes,
    scaled_transitions,
    tie_breakers,
)
from tfrec_dl.baselines.transition_search import search_settings
from tfrec_dl.baselines.transition_settings import TransitionSettings
from tfrec_dl.baselines.tuned import TunedBaseline
from tfrec_dl.baselines.votes_graph import VotesGraph
from tfrec_dl.data.histories import Histories
from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
from tfrec_dl.data.splits.split import Split
from tfrec_dl.data.vocabulary import Vocabulary


@BASELINES.register("transitions")
@dataclass(frozen=True, eq=False)
class Transitions(TunedBaseline):
    """Scores an item by how often it occurred near, mostly after, the last items of the history.

    Scores are `sum over d of decay ** d * T[item d places before the end]`, with
    `T = diag(c ** -source) (K + back K' + repeat diag(c)) diag(c ** -target)`, where `K[a, b]` adds
    `skip ** (distance - 1)` for each pair of a history at most `window` apart, and c counts interactions. Equal scores
    are ordered by popularity. With `window` 1 and `back` 0 it is a Markov chain. With a wide window and `back` 1 it is
    item-to-item co-occurrence.

    Attributes:
        transitions: T, [size, size] float64 CSR.
        vocabulary: the items.
        settings: the settings of T and of the votes.
    """

    place = 5
    is_kept = True
    graph_class = VotesGraph

    transitions: sparse.csr_matrix
    vocabulary: Vocabulary
    settings: TransitionSettings

    @classmethod
    def fit(cls, train: Histories, vocabulary: Vocabulary, settings: TransitionSettings | None = None) -> Transitions:
        """Counts the training histories with the given settings; None uses the default settings."""
        settings = settings or TransitionSettings()
        counts = count_transitions(train, vocabulary.size, settings.window, settings.skip)
        return cls.of_counts(both_ways(counts, settings.back), vocabulary, settings)

    @classmethod
    def of_counts(cls, counts: sparse.csr_matrix, vocabulary: Vocabulary, settings: TransitionSettings) -> Transitions:
        """Adds repeats to counts made with the settings' `window`, `skip` and `back`, and scales them."""
        return cls(scaled_transitions(counts, vocabulary.item_counts, settings), vocabulary, settings)

    @classmethod
    def tuned(
        cls, train: Histories, vocabulary: Vocabulary, validation: EvaluationCases, keep_seen: bool = False
    ) -> Transitions:
        """Counts the training histories with the settings that have the best NDCG@10 on validation cases."""
        counts, settings = search_settings(train, vocabulary, validation, keep_seen)
        return cls.of_counts(counts, vocabulary, settings)

    def refitted(self, split: Split) -> Transitions:
        """Counts another split's training histories with the same settings."""
        return self.fit(split.train, split.vocabulary, self.settings)

    def scores(self, histories: Histories) -> np.ndarray:
        """Scores the whole catalogue: [H, vocabulary.size] float64, because float32 could not break all ties.

        New users get the popular items.
        """
        found = (self.votes(histories) @ self.transitions).tocoo()
        scores = np.tile(self.tie_breakers(), (len(histories), 1))
        scores[found.row, found.col] += found.data
        return popular_for_new_users(scores, histories, self.vocabulary)

    def votes(self, histories: Histories) -> sparse.csr_matrix:
        """Sums the votes of the last items of each history, [H, vocabulary.size]."""
        return last_votes(histories, self.vocabulary.size, self.settings.decay, self.settings.order)

    def graph(self) -> VotesGraph:
        """Returns a TensorFlow graph of the same scores, in which votes may swamp the tie-breakers' digits."""
        return VotesGraph.of(self.transitions, self.vocabulary.item_counts, self.settings)

    def tie_breakers(self) -> np.ndarray:
        """[vocabulary.size] score of every item without a vote."""
        return tie_breakers(self.transitions, self.vocabulary.item_counts, self.settings)
