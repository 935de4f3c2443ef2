"""Rating baseline: the mean rating plus a bias of the user and a bias of the item."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from tfrec_dl.data.tables.checks import id_texts
from tfrec_dl.errors import InputError

STRENGTHS = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0)


class Rated(NamedTuple):
    """Ratings, one per row.

    Attributes:
        user_ids: [n] object (str).
        item_ids: [n] object (str).
        ratings: [n] float32.
    """

    user_ids: np.ndarray
    item_ids: np.ndarray
    ratings: np.ndarray


class RatingBias:
    """Predicts mean + user bias + item bias, clipped to the range of the training ratings.

    It minimizes the squared error plus `user_shrinkage` times the squared user biases plus `item_shrinkage` times the
    squared item biases, by alternating least squares (Koren, Factor in the Neighbors, TKDD 2010, section 2.1).

    Args:
        train: ratings to learn from, at least one.
        user_shrinkage: number of additional ratings at the mean that each user is assumed to have given.
        item_shrinkage: the same for items.
        iterations: number of alternations.

    Attributes:
        mean: mean of the ratings.
        users: the users with ratings; the user of index i is at i - 1. Index 0 is a user without ratings.
        items: the items with ratings, likewise.
        user_biases: [U + 1] float64 by index.
        item_biases: [I + 1] float64 by index.
        shrinkages: those of users and of items.

    Raises:
        InputError: if a shrinkage is negative.
    """

    def __init__(
        self, train: Rated, user_shrinkage: float = 6.0, item_shrinkage: float = 12.0, iterations: int = 30
    ) -> None:
        if min(user_shrinkage, item_shrinkage) < 0:
            raise InputError(f"shrinkages are {user_shrinkage} and {item_shrinkage}: they must be at least 0")
        self.shrinkages = (user_shrinkage, item_shrinkage)
        ratings = train.ratings.astype(np.float64)
        self.mean = ratings.mean()
        self._range = (train.ratings.min(), train.ratings.max())
        users, self.users = _indexed(train.user_ids)
        items, self.items = _indexed(train.item_ids)
        user_counts, item_counts = np.bincount(users), np.bincount(items)
        # Index 0, for users and items without ratings, keeps a bias of 0 even without shrinkage.
        user_weights = np.maximum(user_counts + user_shrinkage, np.finfo(np.float64).tiny)
        item_weights = np.maximum(item_counts + item_shrinkage, np.finfo(np.float64).tiny)
        self.user_biases = np.zeros(len(user_counts))
        for _ in range(iterations):
            left = ratings - self.mean - self.user_biases[users]
            self.item_biases = np.bincount(items, left) / item_weights
            left = ratings - self.mean - self.item_biases[items]
            self.user_biases = np.bincount(users, left) / user_weights

    @classmethod
    def tuned(cls, train: Rated, validation: Rated, strengths: Sequence[float] = STRENGTHS) -> RatingBias:
        """Chooses both shrinkages by validation MSE.

        Args:
            train: ratings to fit on.
            validation: ratings to choose on.
            strengths: values tried for users and for items.
        """

        def error(model: RatingBias) -> float:
            predicted = model.predict_ratings(validation.user_ids, validation.item_ids)
            return float(np.square(predicted - validation.ratings).mean())

        return min((cls(train, user, item) for user in strengths for item in strengths), key=error)

    def predict_ratings(self, user_ids: Sequence[str] | np.ndarray, item_ids: Sequence[str] | np.ndarray) -> np.ndarray:
        """Ids [B] and [B] -> ratings [B] float32; users and items without training ratings have bias 0."""
        users, items = _encoded(user_ids, self.users), _encoded(item_ids, self.items)
        predicted = self.mean + self.user_biases[users] + self.item_biases[items]
        clipped: np.ndarray = np.clip(predicted, *self._range).astype(np.float32)
        return clipped


def _indexed(ids: np.ndarray) -> tuple[np.ndarray, pd.Index]:
    """Returns each row's index from 1, [n], and the distinct ids in order of first appearance."""
    codes, distinct = pd.factorize(np.asarray(ids, dtype=object))
    return codes + 1, pd.Index(distinct, dtype=object)


def _encoded(ids: Sequence[str] | np.ndarray, known: pd.Index) -> np.ndarray:
    """Ids [B] -> indices [B]; 0 for unknown ones."""
    texts = id_texts(ids, "id {}".format)
    indices: np.ndarray = known.get_indexer(pd.Index(texts, dtype=object)) + 1
    return indices
