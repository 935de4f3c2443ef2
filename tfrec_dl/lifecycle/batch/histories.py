"""Histories of the users in a shard, and batches of them of bounded size."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet

ROWS = ("user", "item", "whole", "fraction", "position")
MOST_USERS = 2048  # users per batch
MOST_CELLS = 1 << 20  # per batch: users x items of the longest history


@dataclass(frozen=True, eq=False)
class ShardHistories:
    """All histories of a shard, sorted by length so that the histories of a batch are similarly long.

    Attributes:
        users: [U] text.
        items: [n] text, user by user, oldest first.
        offsets: [U + 1] int64, where each history starts in `items`.
    """

    users: pa.Array
    items: pa.Array
    offsets: np.ndarray

    @classmethod
    def read(cls, pieces: Path, shard: int) -> "ShardHistories":
        """Assembles the histories of a shard, ordered by time; ties keep the order of the table.

        Args:
            pieces: folder with the pieces written by `partition`.
            shard: number of the shard.
        """
        files = sorted(pieces.glob("*.parquet"))
        rows = pyarrow.parquet.read_table(files, columns=list(ROWS), filters=[("shard", "=", shard)])
        users = rows["user"].combine_chunks().dictionary_encode()
        codes = users.indices.to_numpy()
        lengths = np.bincount(codes, minlength=len(users.dictionary))
        shortest_first = np.argsort(lengths, kind="stable")
        place = np.empty_like(shortest_first)
        place[shortest_first] = np.arange(len(place))
        in_time = [rows[name].to_numpy() for name in ("position", "fraction", "whole")]
        order = np.lexsort((*in_time, place[codes]))
        offsets = np.concatenate([[0], np.cumsum(lengths[shortest_first])]).astype(np.int64)
        return cls(users.dictionary.take(shortest_first), rows["item"].combine_chunks().take(order), offsets)

    def of(self, users: pa.Array) -> "ShardHistories":
        """Returns the histories of the given users; empty ones first, for users without a history here.

        Args:
            users: distinct user ids as text.
        """
        kept = pc.is_in(self.users, value_set=users)
        new = users.filter(pc.invert(pc.is_in(users, value_set=self.users)))
        lengths, taken = np.diff(self.offsets), kept.to_numpy(zero_copy_only=False)
        items = self.items.filter(pa.array(np.repeat(taken, lengths)))
        offsets = np.concatenate([np.zeros(len(new) + 1, np.int64), np.cumsum(lengths[taken])])
        return ShardHistories(pa.concat_arrays([new, self.users.filter(kept)]), items, offsets)

    def batches(self) -> Iterator[tuple[list[str], list[list[str]]]]:
        """Yields users and histories: at most `MOST_USERS` at a time, and `MOST_CELLS` unless one user has more."""
        start, lengths = 0, np.diff(self.offsets)
        while start < len(lengths):
            some = lengths[start : start + MOST_USERS]
            cells = np.arange(1, len(some) + 1) * some
            end = start + max(1, int(np.searchsorted(cells, MOST_CELLS, side="right")))
            first, last = self.offsets[start], self.offsets[end]
            items = self.items.slice(first, last - first).to_pylist()
            cuts = (self.offsets[start : end + 1] - first).tolist()
            histories = [items[cut:next_cut] for cut, next_cut in zip(cuts[:-1], cuts[1:], strict=True)]
            yield self.users.slice(start, end - start).to_pylist(), histories
            start = end
