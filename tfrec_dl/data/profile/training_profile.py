"""The profile of a training's data, which is stored with the model."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from tfrec_dl.data.profile.bin_counts import BinCounter, BinCounts, counts_of_rows
from tfrec_dl.data.vocabulary import FIRST_ITEM, Vocabulary
from tfrec_dl.errors import InputError

PROFILE = "profile.json"
"""Name of its file, in a run and beside the model card of an export."""

BINS = 10
USERS_AT_ONCE = 1 << 16
SHORTEST = 2  # interactions of a user; fewer have no bin of their own


@dataclass(frozen=True)
class TrainingProfile:
    """What later data are compared with: a few hundred numbers, none about a single user.

    Attributes:
        users: number of users in the table.
        interactions: number of interactions in the table.
        tested: number of users that the model was tested on.
        length_edges: edges of the bins of interactions per user: at most the first edge, more than that and at most the
            second, ..., more than the last.
        lengths: number of users in each of these bins.
        popular: number of items in each bin of popularity. The vocabulary, most popular first, is cut into parts with
            about the same number of training interactions. A last bin holds everything after them.
        popularity: interactions in each of these bins, one more than `popular` has.
        known: number of interactions with items outside the vocabulary, and with items in it.
    """

    users: int
    interactions: int
    tested: int
    length_edges: tuple[int, ...]
    lengths: BinCounts
    popular: tuple[int, ...]
    popularity: BinCounts
    known: BinCounts

    @classmethod
    def of(
        cls, users: np.ndarray, items: np.ndarray, vocabulary: Vocabulary, tested: int, short: int = 0
    ) -> "TrainingProfile":
        """Computes the profile of interactions.

        Args:
            users: [n] int, ascending; every number from 0 up occurs.
            items: [n] vocabulary indices.
            vocabulary: vocabulary of the model.
            tested: number of users that the model was tested on.
            short: number of further users, of whom only is known that they have at most `SHORTEST` interactions.
        """
        lengths = np.bincount(users)
        ends = np.concatenate([[0], np.cumsum(lengths)])
        lengths = np.concatenate([lengths, np.full(short, SHORTEST)])
        edges, popular = length_edges(lengths), popularity_bins(vocabulary.counts)
        by_bin, by_known = BinCounter(len(popular) + 1), BinCounter(2)
        for start in range(0, len(ends) - 1, USERS_AT_ONCE):
            rows = slice(ends[start], ends[min(start + USERS_AT_ONCE, len(ends) - 1)])
            add_items(by_bin, by_known, users[rows] - start, items[rows], popular)
        return cls(
            users=len(lengths),
            interactions=len(items),
            tested=tested,
            length_edges=tuple(edges.tolist()),
            lengths=BinCounts(tuple(counts_by_length(lengths, edges).tolist()), len(lengths)),
            popular=tuple(popular.tolist()),
            popularity=by_bin.found(),
            known=by_known.found(),
        )

    @classmethod
    def read(cls, folder: Path) -> "TrainingProfile | None":
        """Reads the profile in a folder; returns None if there is none.

        Raises:
            InputError: if it cannot be read.
        """
        path = folder / PROFILE
        if not path.exists():
            return None
        try:
            profile = TypeAdapter(cls).validate_python(json.loads(path.read_text(encoding="utf-8")))
            counted = (profile.lengths, profile.popularity, profile.known)
            edges = (profile.length_edges, profile.popular, (0,))
            if any(len(each.counts) != len(cuts) + 1 for each, cuts in zip(counted, edges, strict=True)):
                raise ValueError("numbers of bins")
            return profile
        except (OSError, ValueError) as error:
            raise InputError(f"{path} is not a training profile: restore it, or delete it.") from error

    def values(self) -> dict[str, Any]:
        """Returns its plain values, as `read` accepts them."""
        return asdict(self)


def length_edges(lengths: np.ndarray) -> np.ndarray:
    """Chooses int64 edges of bins with about equally many users, none below the shortest or above the longest."""
    inner = np.quantile(lengths, np.arange(1, BINS) / BINS, method="inverted_cdf")
    below = [lengths.min() - 1] if lengths.min() > SHORTEST else []
    return np.unique([*below, *inner, lengths.max()]).astype(np.int64)


def counts_by_length(lengths: np.ndarray, edges: Sequence[int] | np.ndarray) -> np.ndarray:
    """Counts users by the bins between edges, as in `TrainingProfile`: int64."""
    return np.bincount(np.searchsorted(edges, lengths), minlength=len(edges) + 1)


def popularity_bins(counts: np.ndarray) -> np.ndarray:
    """Counts the items in each bin of popularity.

    Args:
        counts: [n] training interactions of each item, descending; items without any are in no bin.

    Returns:
        [BINS] int64.
    """
    trained = counts[counts > 0].astype(np.float64)
    middles = np.cumsum(trained) - trained / 2  # middle of each item's part of all interactions
    return np.bincount((BINS * middles / trained.sum()).astype(np.int64), minlength=BINS)


def add_items(
    by_bin: BinCounter, by_known: BinCounter, users: np.ndarray, items: np.ndarray, popular: np.ndarray
) -> None:
    """Counts the items of some users by popularity, and by whether the vocabulary has them.

    Args:
        by_bin: has one bin more than `popular`.
        by_known: has two bins.
        users: [n] int, numbered from 0.
        items: [n] vocabulary indices.
        popular: as in `TrainingProfile`.
    """
    rows = int(users.max(initial=-1)) + 1
    known = items >= FIRST_ITEM
    by_known.add(counts_of_rows(users, known.astype(np.int64), (rows, 2)))
    bins = np.searchsorted(np.cumsum(popular), items[known] - FIRST_ITEM, side="right")
    by_bin.add(counts_of_rows(users[known], bins, (rows, len(popular) + 1)))
