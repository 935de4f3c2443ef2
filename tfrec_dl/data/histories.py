"""Histories: every user's items in time order, packed without padding."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.vocabulary import PADDING, UNKNOWN, Vocabulary
from tfrec_dl.errors import InputError


@dataclass(frozen=True, eq=False)
class Histories:
    """Histories of users, one row per user: `items[offsets[i]:offsets[i + 1]]` is row i.

    Attributes:
        items: [n] int32 vocabulary indices, user by user, in time order.
        offsets: [H + 1] int64, from 0 to n.
        user_ids: [H] object (str).
        weights: [n] float32 weight of each interaction, or None.
        vocabulary: vocabulary that the items are encoded with, set by `numbered_by`; None if unknown, as in a copy with
            other items (`dataclasses.replace`).
    """

    items: np.ndarray
    offsets: np.ndarray
    user_ids: np.ndarray
    weights: np.ndarray | None = None
    vocabulary: Vocabulary | None = field(default=None, init=False)

    @classmethod
    def from_interactions(cls, interactions: Interactions, vocabulary: Vocabulary) -> "Histories":
        """Packs interactions: by user, then time, ties in table order; items outside the vocabulary are dropped.

        Args:
            interactions: the interactions.
            vocabulary: the known items.

        Returns:
            One row per user, in the order of `interactions.user_ids`; a user with only unknown items has an empty row.
        """
        order = interactions.order
        items = vocabulary.encode(interactions.item_ids)[interactions.items[order]]
        weights = None if interactions.weights is None else interactions.weights[order]
        rows = cls.from_rows(interactions.users[order], items, interactions.user_ids, weights)
        return rows.numbered_by(vocabulary).known()

    @classmethod
    def from_rows(
        cls, rows: np.ndarray, items: np.ndarray, user_ids: np.ndarray, weights: np.ndarray | None = None
    ) -> "Histories":
        """Packs items that are already in order.

        Args:
            rows: [n] int, ascending: the row of each item.
            items: [n] int32 vocabulary indices.
            user_ids: [H] object (str).
            weights: [n] float32, or None.

        Returns:
            H rows; a row that does not occur in `rows` is empty.
        """
        return cls(items, _offsets(np.bincount(rows, minlength=len(user_ids))), user_ids, weights)

    @classmethod
    def joined(cls, parts: Sequence["Histories"]) -> "Histories":
        """Concatenates each user's items from several histories.

        Args:
            parts: at least one; each user has at most one row in a part.

        Returns:
            One row per user, in order of first appearance, with weights if all parts have them; its `vocabulary` is
            that of the parts, if they share one.
        """
        user_ids = pd.unique(np.concatenate([part.user_ids for part in parts]))
        users = pd.Index(user_ids, dtype=object)
        rows = np.concatenate([np.repeat(users.get_indexer(part.user_ids), part.lengths) for part in parts])
        order = np.argsort(rows, kind="stable")
        given = [part.weights for part in parts if part.weights is not None]
        weights = np.concatenate(given)[order] if len(given) == len(parts) else None
        items = np.concatenate([part.items for part in parts])[order]
        same = all(part.vocabulary is parts[0].vocabulary for part in parts)
        return cls.from_rows(rows[order], items, user_ids, weights).numbered_by(parts[0].vocabulary if same else None)

    def numbered_by(self, vocabulary: Vocabulary | None) -> "Histories":
        """Returns the same rows, marked as encoded with a vocabulary; None removes the mark."""
        marked = replace(self)
        object.__setattr__(marked, "vocabulary", vocabulary)
        return marked

    def require_numbers_of(self, vocabulary: Vocabulary, owner: str = "the histories'") -> None:
        """Raises InputError if the items are known to be encoded with another vocabulary than a model's.

        Args:
            vocabulary: vocabulary of the model.
            owner: owner of the histories, for the error, for example "the cases'".
        """
        if self.vocabulary is not None:
            self.vocabulary.require_numbers_of(vocabulary, owner)

    def __len__(self) -> int:
        """Returns the number of rows."""
        return len(self.user_ids)

    @cached_property
    def lengths(self) -> np.ndarray:
        """Number of items in each row, [H] int64."""
        return np.diff(self.offsets)

    def row(self, index: int) -> np.ndarray:
        """Returns the items of one row, int32, as a view; a negative index counts from the end."""
        index = range(len(self))[index]
        return self.items[self.offsets[index] : self.offsets[index + 1]]

    def select(self, rows: np.ndarray) -> "Histories":
        """Returns some of the rows, in the order given.

        Args:
            rows: [H] bool mask, or row numbers, which may repeat.

        Returns:
            Those rows.
        """
        rows = np.arange(len(self))[rows]
        lengths = self.lengths[rows]
        taken = _ranges(self.offsets[rows], lengths)
        weights = None if self.weights is None else self.weights[taken]
        found = Histories(self.items[taken], _offsets(lengths), self.user_ids[rows], weights)
        return found.numbered_by(self.vocabulary)

    def known(self) -> "Histories":
        """Returns the same rows without unknown items."""
        kept = self.items != UNKNOWN
        if kept.all():
            return self
        rows = np.repeat(np.arange(len(self)), self.lengths)[kept]
        weights = None if self.weights is None else self.weights[kept]
        return Histories.from_rows(rows, self.items[kept], self.user_ids, weights).numbered_by(self.vocabulary)

    def padded(self, max_length: int) -> np.ndarray:
        """Returns the last items of each row as a matrix.

        Args:
            max_length: largest number of items to take from a row, at least 1.

        Returns:
            [H, width] int32, items first, then zeros. The width is that of the longest row taken, at least 1 and at
            most `max_length`.

        Raises:
            InputError: if `max_length` is below 1.
        """
        if max_length < 1:
            raise InputError(f"max_length is {max_length}: it must be at least 1")
        lengths = np.minimum(self.lengths, max_length)
        width = max(1, int(lengths.max(initial=0)))
        matrix = np.full((len(self), width), PADDING, dtype=np.int32)
        matrix[np.arange(width) < lengths[:, None]] = self.items[_ranges(self.offsets[1:] - lengths, lengths)]
        return matrix


def _offsets(lengths: np.ndarray) -> np.ndarray:
    """[H] lengths -> [H + 1] int64 offsets."""
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)


def _ranges(starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Returns the numbers start, ..., start + length - 1 of each row, row after row."""
    before = _offsets(lengths)
    return np.repeat(starts - before[:-1], lengths) + np.arange(before[-1])
