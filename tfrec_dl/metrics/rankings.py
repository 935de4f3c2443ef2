"""Ranks of every user's targets, from which all metrics are computed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Rankings:
    """Ranks of every target of every user, among all items that could have been recommended.

    Attributes:
        ranks: [T] float64, user by user. A rank is 1 + the number of other candidates that do not score below the
            target, so ties and NaN count against the model. The rank is infinite for a target that is no candidate:
            outside the vocabulary, masked as seen, or not recommendable at all.
        offsets: [H + 1] int64; user i's targets are `offsets[i]:offsets[i + 1]`, at least one each. A repeated item
            counts once.
        candidates: [H] int64 number of items that could have been recommended, including the targets.
        lists: [H, top_k] int32 recommended items, best first, 0 where a list is shorter; top_k is 0 if not requested.
        item_counts: [vocabulary.size] int64 training interactions of each item.
        user_ids: [H] object.
        catalogue_size: number of items that can be recommended at all; None means every item of the vocabulary.
    """

    ranks: np.ndarray
    offsets: np.ndarray
    candidates: np.ndarray
    lists: np.ndarray
    item_counts: np.ndarray
    user_ids: np.ndarray
    catalogue_size: int | None = None

    def __len__(self) -> int:
        """Number of users."""
        return len(self.candidates)

    @property
    def target_counts(self) -> np.ndarray:
        """[H] int64 number of targets of each user."""
        return np.diff(self.offsets)

    @property
    def target_users(self) -> np.ndarray:
        """[T] int64 row of the user that each target belongs to."""
        return np.repeat(np.arange(len(self)), self.target_counts)

    def sum_by_user(self, values: np.ndarray) -> np.ndarray:
        """Sums values of targets [T] over each user's targets -> [H] float64."""
        return np.add.reduceat(values.astype(np.float64), self.offsets[:-1])

    def best_ranks(self) -> np.ndarray:
        """[H] float64 rank of each user's best target."""
        return np.minimum.reduceat(self.ranks, self.offsets[:-1])

    def last_of_ties(self, ranks: np.ndarray) -> np.ndarray:
        """[T] float64 number of the user's targets ranked at or above each target, given ranks sorted within users."""
        users = self.target_users
        starts = np.concatenate([[True], (ranks[1:] != ranks[:-1]) | (users[1:] != users[:-1])])
        group = np.cumsum(starts) - 1
        last = np.append(np.flatnonzero(starts)[1:], len(ranks))[group]
        return (last - self.offsets[users]).astype(np.float64)
