"""Lists of similar items, each item in one list, as arrays that an export stores."""

from dataclasses import dataclass

import numpy as np

from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.serving.ivf.clusters import clustered, means

LISTS = 2.0  # in multiples of the square root of the number of items


@dataclass(frozen=True, eq=False)
class ItemLists:
    """C lists of similar items, stored one after another, and the overflow, which every search reads.

    Attributes:
        members: [n] int32 item indices, grouped by list, in ascending order within a list.
        starts: [C + 2] int32, list c is `members[starts[c]:starts[c + 1]]`; the last one is the overflow.
        centres: [C, D] float32, mean vector of each list except the overflow.
        rows: [n, D] float32, the vectors of `members`.
    """

    members: np.ndarray
    starts: np.ndarray
    centres: np.ndarray
    rows: np.ndarray

    @classmethod
    def of(cls, vectors: np.ndarray, seed: int = 0) -> "ItemLists":
        """Makes lists of all items.

        Args:
            vectors: [size, D] float32, including padding and unknown.
            seed: seed of the clustering.
        """
        items = vectors[FIRST_ITEM:]
        labels = clustered(items, round(LISTS * len(items) ** 0.5), seed)
        count = int(labels.max()) + 1
        order = np.argsort(labels, kind="stable")
        ends = np.cumsum(np.bincount(labels, minlength=count + 1))  # the overflow is empty
        starts = np.concatenate([[0], ends])
        centres = means(items, labels, count)
        return cls((order + FIRST_ITEM).astype(np.int32), starts.astype(np.int32), centres, items[order])

    def extended_by(self, vectors: np.ndarray) -> "ItemLists":
        """Adds items [M, D] to the overflow, with the next free indices."""
        first = FIRST_ITEM + len(self.members)
        members = np.concatenate([self.members, np.arange(first, first + len(vectors), dtype=np.int32)])
        starts = np.concatenate([self.starts[:-1], [len(members)]]).astype(np.int32)
        return ItemLists(members, starts, self.centres, np.concatenate([self.rows, vectors]))

    @property
    def overflow(self) -> int:
        """Number of items in the overflow."""
        return int(self.starts[-1] - self.starts[-2])

    def list_of(self) -> np.ndarray:
        """Returns the list of each index: [FIRST_ITEM + n] int32, C for the overflow; -1 for padding and unknown."""
        found = np.full(FIRST_ITEM + len(self.members), -1, np.int32)
        found[self.members] = np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))
        return found

    def places(self) -> np.ndarray:
        """Returns the position of each index in `members`: [FIRST_ITEM + n] int32, 0 for padding and unknown."""
        found = np.zeros(FIRST_ITEM + len(self.members), np.int32)
        found[self.members] = np.arange(len(self.members))
        return found
