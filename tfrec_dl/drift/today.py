"""What today's table shows: history lengths, popularity of items, and how the export answers the histories."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tfrec_dl.data.profile.bin_counts import BinCounter, BinCounts
from tfrec_dl.data.profile.training_profile import add_items, counts_by_length, popularity_bins
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.drift.training import Training
from tfrec_dl.serving.recommender import Recommender

K = 10


@dataclass(frozen=True)
class Today:
    """What today's table shows, as counts and metrics.

    Attributes:
        users: number of users with interactions.
        interactions: number of rows.
        lengths: users by the profile's bins of history length; None without a profile.
        popularity: interactions by bin of popularity.
        known: number of interactions with items that the export does not know, and with items that it knows.
        ndcg: [U] NDCG@k of each user with two or more interactions; the last one is the item to find.
        hits: [U] whether that item is among the first `k`, 0 or 1.
        coverage: share of the export's items that are among the first `k` of any of these users.
        k: length of the recommendation lists.
    """

    users: int
    interactions: int
    lengths: BinCounts | None
    popularity: BinCounts
    known: BinCounts
    ndcg: np.ndarray
    hits: np.ndarray
    coverage: float
    k: int


class Observer:
    """Collects what today's table shows, a batch of users at a time; keeps one rank per user.

    Args:
        recommender: the export.
        vocabulary: vocabulary of the export.
        training: what the export knows of its training.
    """

    def __init__(self, recommender: Recommender, vocabulary: Vocabulary, training: Training) -> None:
        self._recommender, self._vocabulary, self._profile = recommender, vocabulary, training.profile
        self._k = min(K, recommender.k_max)
        self.popular = popularity_bins(vocabulary.counts)
        if self._profile is not None:
            self.popular = np.array(self._profile.popular)
            self._lengths = np.zeros(len(self._profile.length_edges) + 1, dtype=np.int64)
        self._popularity, self._known = BinCounter(len(self.popular) + 1), BinCounter(2)
        self._recommended = np.zeros(vocabulary.size, dtype=bool)
        self._ranks: list[np.ndarray] = []
        self._users = self._interactions = 0

    def add(self, histories: Sequence[Sequence[str]]) -> None:
        """Adds users.

        Args:
            histories: item ids of each user, oldest first; at least one per user.
        """
        lengths = np.array([len(history) for history in histories])
        users = np.repeat(np.arange(len(lengths)), lengths)
        items = self._vocabulary.encode([item for history in histories for item in history])
        add_items(self._popularity, self._known, users, items, self.popular)
        if self._profile is not None:
            self._lengths += counts_by_length(lengths, self._profile.length_edges)
        self._users, self._interactions = self._users + len(lengths), self._interactions + len(items)
        if longer := [history for history in histories if len(history) > 1]:
            self._ask(longer)

    def _ask(self, histories: Sequence[Sequence[str]]) -> None:
        answers = self._recommender.recommend([history[:-1] for history in histories], self._k)
        ranks = np.full(len(histories), np.inf, dtype=np.float32)
        for row, (answer, history) in enumerate(zip(answers, histories, strict=True)):
            for rank, (item, _) in enumerate(answer, start=1):
                if item == history[-1]:
                    ranks[row] = rank
        self._ranks.append(ranks)
        named = [item for answer in answers for item, _ in answer]
        if named:
            self._recommended[self._vocabulary.encode(named)] = True

    def found(self) -> Today:
        """Returns the result for all users added so far."""
        ranks = np.concatenate(self._ranks) if self._ranks else np.empty(0)
        return Today(
            users=self._users,
            interactions=self._interactions,
            lengths=None if self._profile is None else BinCounts(tuple(self._lengths.tolist()), self._users),
            popularity=self._popularity.found(),
            known=self._known.found(),
            ndcg=1 / np.log2(ranks + 1.0),
            hits=np.isfinite(ranks).astype(np.float64),
            coverage=float(self._recommended.sum() / len(self._vocabulary.ids)),
            k=self._k,
        )
