"""The baseline of rating prediction: the mean rating, plus what is usual for the user and for the item."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tfrec_dl.errors import InputError
from tfrec_dl.reviews.documents import Documents
from tfrec_dl.reviews.reviews import Reviews

STRENGTHS = (1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0)


class RatingBias:
    """Rating = mean + user bias + item bias, clipped to the range of the training ratings.

    Minimises the squared error plus `user_shrinkage` times the squared user biases plus `item_shrinkage` times the
    squared item biases, by alternating least squares (Koren, Factor in the Neighbors, TKDD 2010, section 2.1). No
    review text is read.

    Args:
        documents: the ratings to learn from.
        user_shrinkage: ratings at the mean that every user is taken to have given besides their own.
        item_shrinkage: the same for items.
        iterations: alternations.

    Raises:
        InputError: if a shrinkage is negative.
    """

    def __init__(
        self, documents: Documents, user_shrinkage: float = 6.0, item_shrinkage: float = 12.0, iterations: int = 30
    ) -> None:
        if min(user_shrinkage, item_shrinkage) < 0:
            raise InputError(f"shrinkages are {user_shrinkage} and {item_shrinkage}: they must be at least 0")
        self.documents = documents
        self.shrinkages = (user_shrinkage, item_shrinkage)
        ratings = documents.ratings.astype(np.float64)
        self.mean = ratings.mean()
        users, items = documents.users, documents.items
        user_counts, item_counts = np.bincount(users), np.bincount(items)
        # Index 0, those without ratings, keeps a bias of 0 even without shrinkage.
        user_weights = np.maximum(user_counts + user_shrinkage, np.finfo(np.float64).tiny)
        item_weights = np.maximum(item_counts + item_shrinkage, np.finfo(np.float64).tiny)
        self.user_biases = np.zeros(len(user_counts))
        for _ in range(iterations):
            left = ratings - self.mean - self.user_biases[users]
            self.item_biases = np.bincount(items, left) / item_weights
            left = ratings - self.mean - self.item_biases[items]
            self.user_biases = np.bincount(users, left) / user_weights

    @classmethod
    def fit(cls, train: Reviews, user_shrinkage: float = 6.0, item_shrinkage: float = 12.0) -> RatingBias:
        """Fits training reviews with given shrinkages."""
        return cls(Documents.of(train), user_shrinkage, item_shrinkage)

    @classmethod
    def tuned(cls, train: Reviews, validation: Reviews, strengths: Sequence[float] = STRENGTHS) -> RatingBias:
        """Chooses both shrinkages by validation MSE.

        Args:
            train: to fit on.
            validation: to choose on.
            strengths: tried for users and for items.
        """
        documents = Documents.of(train)
        user_ids, item_ids = validation.user_ids[validation.users], validation.item_ids[validation.items]

        def error(model: RatingBias) -> float:
            return float(np.square(model.predict_ratings(user_ids, item_ids) - validation.ratings).mean())

        return min((cls(documents, user, item) for user in strengths for item in strengths), key=error)

    def predict_ratings(self, user_ids: Sequence[str] | np.ndarray, item_ids: Sequence[str] | np.ndarray) -> np.ndarray:
        """Ids [B] and [B] -> ratings [B] float32; those without training ratings have bias 0."""
        users, items = self.documents.encode_users(user_ids), self.documents.encode_items(item_ids)
        predicted = self.mean + self.user_biases[users] + self.item_biases[items]
        ratings = self.documents.ratings
        clipped: np.ndarray = np.clip(predicted, ratings.min(), ratings.max()).astype(np.float32)
        return clipped
