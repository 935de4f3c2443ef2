"""A checked table of interactions: user, item, time, rating and weight of each."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from tfrec_dl.arguments import require_type
from tfrec_dl.data.tables.checks import Locate, show
from tfrec_dl.data.tables.columns import Columns, columns_given
from tfrec_dl.data.tables.interaction_rows import checked_rows, refuse_no_weight
from tfrec_dl.data.tables.reading import read_table
from tfrec_dl.data.tables.times import TimeUnit
from tfrec_dl.errors import InputError
from tfrec_dl.notebooks import counted, shown

ROWS_SHOWN = 5
Duplicates = Literal["keep", "first", "last", "error"]


@dataclass(frozen=True, eq=False)
class Interactions:
    """Interactions in table order, with users and items as codes into their ids.

    Attributes:
        user_ids: [U] object (str), in the order of first appearance.
        item_ids: [I] object (str), in the order of first appearance.
        users: [n] int32 codes into `user_ids`.
        items: [n] int32 codes into `item_ids`.
        times: [n] int64 or float64, or None if the table has no times; table order is then time order.
        ratings: [n] float32, or None.
        weights: [n] float32, not negative, or None.
        time_unit: unit, counted from 1970, of times that were datetimes: "s" unless they need a finer one; None for
            numbers, which are in the table's own unit.
    """

    user_ids: np.ndarray
    item_ids: np.ndarray
    users: np.ndarray
    items: np.ndarray
    times: np.ndarray | None = None
    ratings: np.ndarray | None = None
    weights: np.ndarray | None = None
    time_unit: TimeUnit | None = None

    @classmethod
    def from_frame(
        cls, frame: pd.DataFrame, columns: Columns | None = None, duplicates: Duplicates = "keep"
    ) -> "Interactions":
        """Checks a pandas table; its index is ignored.

        Args:
            frame: one row per interaction.
            columns: role of each column; default `Columns()`.
            duplicates: how to treat a user's repeated interactions with an item: "keep" all, keep the "first" or the
                "last" in time (ties in table order), or raise an "error".

        Returns:
            The interactions, in table order.

        Raises:
            InputError: if a column is missing, the table is empty or a value is invalid; the message names column, row
                and value.
        """
        require_type(frame, pd.DataFrame, "the table", "pass a pandas DataFrame")
        columns = columns_given(columns).resolve(list(frame.columns))
        return cls._checked(frame, columns, lambda row: f"row {row + 1}", duplicates, "the table")

    @classmethod
    def read(cls, path: str | Path, columns: Columns | None = None, duplicates: Duplicates = "keep") -> "Interactions":
        """Reads and checks a CSV (also gzip) or Parquet file; in CSV every id is text, so "007" stays "007".

        Args:
            path: the file; see `tfrec_dl.data.tables.reading.read_table` for the formats.
            columns: role of each column; default `Columns()`.
            duplicates: as for `from_frame`.

        Returns:
            The interactions, in file order.

        Raises:
            InputError: if the file cannot be read, a column is missing, the table is empty or a value is invalid.
        """
        frame, columns, locate = read_table(path, columns_given(columns))
        return cls._checked(frame, columns, locate, duplicates, repr(str(path)))

    @classmethod
    def _checked(
        cls, frame: pd.DataFrame, columns: Columns, locate: Locate, duplicates: str, table: str
    ) -> "Interactions":
        if duplicates not in ("keep", "first", "last", "error"):
            raise InputError(f"duplicates is {duplicates!r}: use 'keep', 'first', 'last' or 'error'")
        if len(frame) == 0:
            raise InputError(f"{table} holds no interactions: it needs at least one row")
        rows = checked_rows(frame, columns, locate)
        if rows.weights is not None:
            refuse_no_weight(rows.weights.max(), columns.weight)
        interactions = cls(
            user_ids=rows.user_ids,
            item_ids=rows.item_ids,
            users=rows.users,
            items=rows.items,
            times=None if rows.times is None else rows.times.values,
            ratings=rows.ratings,
            weights=rows.weights,
            time_unit=None if rows.times is None else rows.times.unit,
        )
        if duplicates == "keep":
            return interactions
        repeated = interactions._repeats("last" if duplicates == "last" else "first")
        if duplicates == "error" and repeated.any():
            row = int(np.argmax(repeated))
            pair = f"user {show(rows.user_ids[rows.users[row]])} with item {show(rows.item_ids[rows.items[row]])}"
            raise InputError(f"{locate(row)} repeats {pair}: choose duplicates='keep', 'first' or 'last'")
        return interactions.select(~repeated) if repeated.any() else interactions

    def _repeats(self, keep: Literal["first", "last"]) -> np.ndarray:
        """[n] bool: True for interactions of a user with the same item, except the first or last of them in time."""
        pairs = self.users.astype(np.int64) * len(self.item_ids) + self.items
        if self.times is None:
            return pd.Series(pairs).duplicated(keep=keep).to_numpy()
        order = np.argsort(self.times, kind="stable")
        repeated = np.empty(len(self), dtype=bool)
        repeated[order] = pd.Series(pairs[order]).duplicated(keep=keep).to_numpy()
        return repeated

    def __len__(self) -> int:
        """Returns the number of interactions."""
        return len(self.users)

    @property
    def size(self) -> dict[str, int]:
        """Counts "interactions", "users" and "items"."""
        return {"interactions": len(self), "users": len(self.user_ids), "items": len(self.item_ids)}

    def __repr__(self) -> str:
        """Shows the counts on one line."""
        return f"Interactions({counted(self.size)})"

    def _repr_html_(self) -> str:
        """Shows counts and the first rows, in a notebook."""
        head = slice(0, ROWS_SHOWN)
        columns = {"user": self.user_ids[self.users[head]], "item": self.item_ids[self.items[head]]}
        others = {"time": self.times, "rating": self.ratings, "weight": self.weights}
        columns |= {name: values[head] for name, values in others.items() if values is not None}
        return shown(f"Interactions: {counted(self.size)}; the first {ROWS_SHOWN}", pd.DataFrame(columns))

    @cached_property
    def order(self) -> np.ndarray:
        """Order of the rows by user (as in `user_ids`), then by time, ties in table order, [n] int64."""
        if self.times is None:
            return np.argsort(self.users, kind="stable")
        return np.lexsort((self.times, self.users))

    def select(self, rows: np.ndarray) -> "Interactions":
        """Returns some of the interactions, with only the ids that still occur.

        Args:
            rows: [n] bool mask, or row numbers.

        Returns:
            The interactions in the order of `rows`.
        """
        users, kept_users = pd.factorize(self.users[rows])
        items, kept_items = pd.factorize(self.items[rows])
        return Interactions(
            user_ids=self.user_ids[kept_users],
            item_ids=self.item_ids[kept_items],
            users=users.astype(np.int32),
            items=items.astype(np.int32),
            times=None if self.times is None else self.times[rows],
            ratings=None if self.ratings is None else self.ratings[rows],
            weights=None if self.weights is None else self.weights[rows],
            time_unit=self.time_unit,
        )

    def fingerprint(self) -> str:
        """SHA-256 of all content in 64 hexadecimal digits; the same on every machine for the same rows in order."""
        digest = hashlib.sha256()
        for ids in (self.user_ids, self.item_ids):
            encoded = [text.encode() for text in ids]
            digest.update(np.array([len(ids), *map(len, encoded)], dtype="<i8").tobytes())
            digest.update(b"".join(encoded))
        for array in (self.users, self.items, self.times, self.ratings, self.weights):
            digest.update(b"none" if array is None else f"{array.dtype.kind}{array.dtype.itemsize}".encode())
            if array is not None:
                digest.update(np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).data)
        return digest.hexdigest()
