"""Documents of a rating model: the reviews by each user, and those about each item."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tfrec_dl.data.tables.checks import id_texts
from tfrec_dl.reviews.reviews import Reviews

NOBODY = 0
"""The index of a user or an item without reviews."""


@dataclass(frozen=True, eq=False)
class Documents:
    """Training reviews by user and by item; indices of users and items start at 1, and 0 means without reviews.

    Attributes:
        user_ids: [U] object (str); the user with index i is at i - 1.
        item_ids: [I] object (str); the item with index i is at i - 1.
        users: [n] int32 in 1..U, author of each review.
        items: [n] int32 in 1..I, subject of each review.
        ratings: [n] float32.
        texts: [n] object (str).
    """

    user_ids: np.ndarray
    item_ids: np.ndarray
    users: np.ndarray
    items: np.ndarray
    ratings: np.ndarray
    texts: np.ndarray

    @classmethod
    def of(cls, reviews: Reviews) -> "Documents":
        """Builds the documents of training reviews."""
        users, user_codes = pd.factorize(reviews.users)
        items, item_codes = pd.factorize(reviews.items)
        return cls(
            reviews.user_ids[user_codes],
            reviews.item_ids[item_codes],
            (users + 1).astype(np.int32),
            (items + 1).astype(np.int32),
            reviews.ratings,
            reviews.texts,
        )

    def __len__(self) -> int:
        """Returns the number of reviews."""
        return len(self.ratings)

    def by_user(self) -> tuple[np.ndarray, np.ndarray]:
        """Returns splits [U + 2] int64, reviews [n] int32: user i wrote reviews[splits[i]:splits[i + 1]], in order."""
        return _grouped(self.users, len(self.user_ids) + 1)

    def by_item(self) -> tuple[np.ndarray, np.ndarray]:
        """Returns row splits [I + 2] int64 and reviews [n] int32, as for `by_user`."""
        return _grouped(self.items, len(self.item_ids) + 1)

    def encode_users(self, ids: Sequence[str] | np.ndarray) -> np.ndarray:
        """Maps ids [B] to indices [B] int32; 0 for users without reviews."""
        return _encoded(ids, self.user_ids)

    def encode_items(self, ids: Sequence[str] | np.ndarray) -> np.ndarray:
        """Maps ids [B] to indices [B] int32; 0 for items without reviews."""
        return _encoded(ids, self.item_ids)


def _grouped(indices: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    splits = np.concatenate([[0], np.cumsum(np.bincount(indices, minlength=size))])
    return splits.astype(np.int64), np.argsort(indices, kind="stable").astype(np.int32)


def _encoded(ids: Sequence[str] | np.ndarray, known: np.ndarray) -> np.ndarray:
    texts = id_texts(ids, "id {}".format)
    found: np.ndarray = pd.Index(known, dtype=object).get_indexer(pd.Index(texts, dtype=object))
    return (found + 1).astype(np.int32)
