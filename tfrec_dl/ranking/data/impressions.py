"""A checked table of impressions, with user, item, list, context and feedback for each."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from tfrec_dl.arguments import require_type
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.catalogue.columns import feature_values, settled_kind
from tfrec_dl.data.catalogue.feature_kinds import Kind
from tfrec_dl.data.tables.checks import Locate, checked_ids
from tfrec_dl.data.tables.reading import TableFile
from tfrec_dl.data.tables.times import TimeUnit, checked_times
from tfrec_dl.errors import InputError
from tfrec_dl.ranking.data.columns import ImpressionColumns
from tfrec_dl.ranking.data.feedback import Feedback
from tfrec_dl.ranking.data.list_values import checked_parts, checked_positions, numbered_lists, refuse_mixed


@dataclass(frozen=True, eq=False)
class Impressions:
    """Checked impressions in table order.

    Attributes:
        user_ids: [U] object (str), in the order of first appearance.
        item_ids: [I] object (str), in the order of first appearance.
        users: [n] int32 codes that index `user_ids`.
        items: [n] int32 codes that index `item_ids`.
        lists: [n] int32, list of each row, numbered in the order of first appearance.
        labels: maps "click", "conversion", "rating", as far as available, to [n] float32.
        times: [n] int64 or float64; None if table order is chronological order.
        positions: [n] int32 from 0, or None.
        weights: [n] float32, or None.
        parts: [n] int8, 0 for training, 1 for validation, 2 for test; or None.
        context: features of the impressions, one row each; None if there are none.
        time_unit: unit of times that were datetimes, counted from 1970: "s" or finer if needed; None for numbers.
    """

    user_ids: np.ndarray
    item_ids: np.ndarray
    users: np.ndarray
    items: np.ndarray
    lists: np.ndarray
    labels: dict[str, np.ndarray]
    times: np.ndarray | None = None
    positions: np.ndarray | None = None
    weights: np.ndarray | None = None
    parts: np.ndarray | None = None
    context: Catalogue | None = None
    time_unit: TimeUnit | None = None

    @classmethod
    def from_frame(
        cls, frame: pd.DataFrame, feedback: Feedback, columns: ImpressionColumns | None = None
    ) -> "Impressions":
        """Checks a pandas table; its index is ignored.

        Args:
            frame: one row per impression. Every column without another role is a context feature.
            feedback: which columns are labels.
            columns: roles of the other columns; default `ImpressionColumns()`.

        Returns:
            The impressions that have a label, in table order.

        Raises:
            InputError: if a column is missing, the table is empty, a value is invalid, or the rows of a list have
                different users or times.
        """
        require_type(frame, pd.DataFrame, "the table", "pass a pandas DataFrame")
        frame = frame.set_axis([str(name) for name in frame.columns], axis=1)
        columns = _columns(columns).resolve(list(frame.columns), feedback, "the table")
        return cls._checked(frame, feedback, columns, lambda row: f"row {row + 1}", "the table", Path("."))

    @classmethod
    def read(cls, path: str | Path, feedback: Feedback, columns: ImpressionColumns | None = None) -> "Impressions":
        """Reads and checks a CSV (also gzip) or Parquet file; in CSV, ids and codes are text, so "007" stays "007".

        Args:
            path: path of the file; see `tfrec_dl.data.tables.reading.TableFile` for the formats.
            feedback: which columns are labels.
            columns: roles of the other columns; default `ImpressionColumns()`.

        Raises:
            InputError: if the file cannot be read, and as in `from_frame`.
        """
        table = TableFile(path)
        columns = _columns(columns).resolve(table.header, feedback, table.name)
        ignored = {name for name, kind in columns.context.items() if kind == "ignore"}
        names = [
            name
            for name in table.header
            if name and (name not in ignored or name in (*columns.parts, *feedback.columns))
        ]
        frame = table.read(names, columns.ids(feedback), columns.typed(feedback), columns.kindless(names, feedback))
        return cls._checked(frame, feedback, columns, table.locate, table.name, Path(path).parent)

    @classmethod
    def _checked(
        cls,
        frame: pd.DataFrame,
        feedback: Feedback,
        columns: ImpressionColumns,
        locate: Locate,
        table: str,
        folder: Path,
    ) -> "Impressions":
        if len(frame) == 0:
            raise InputError(f"{table} holds no impressions: it needs at least one row")
        users, user_ids = checked_ids(frame[columns.user], columns.user, locate)
        items, item_ids = checked_ids(frame[columns.item], columns.item, locate)
        times = checked_times(frame[columns.time], columns.time, locate) if columns.time else None
        lists = numbered_lists(frame, columns, locate)
        refuse_mixed(lists, users, frame[columns.user], columns.user, locate)
        if times is not None:
            remedy = "give all rows of a list its first time, or name columns that distinguish lists"
            refuse_mixed(lists, times.values, frame[columns.time], str(columns.time), locate, remedy)
        labels = feedback.read(frame, locate)
        found = cls(
            user_ids=user_ids,
            item_ids=item_ids,
            users=users,
            items=items,
            lists=lists,
            labels=labels.values,
            times=None if times is None else times.values,
            positions=checked_positions(frame[columns.position], columns.position, locate)
            if columns.position
            else None,
            weights=labels.weights,
            parts=checked_parts(frame[columns.part], columns.part, lists, locate) if columns.part else None,
            context=_context(frame, feedback, columns, locate, folder),
            time_unit=None if times is None else times.unit,
        )
        return found if labels.kept.all() else found.select(labels.kept)

    def __len__(self) -> int:
        """Returns the number of impressions."""
        return len(self.users)

    def select(self, rows: np.ndarray) -> "Impressions":
        """Returns some of the impressions, and keeps all ids.

        Args:
            rows: [n] bool mask, or row numbers.

        Returns:
            The impressions in the order of `rows`, with lists numbered again.
        """
        return replace(
            self,
            users=self.users[rows],
            items=self.items[rows],
            lists=pd.factorize(self.lists[rows])[0].astype(np.int32),
            labels={name: values[rows] for name, values in self.labels.items()},
            times=None if self.times is None else self.times[rows],
            positions=None if self.positions is None else self.positions[rows],
            weights=None if self.weights is None else self.weights[rows],
            parts=None if self.parts is None else self.parts[rows],
            context=None if self.context is None else context_rows(self.context, rows),
        )

    def fingerprint(self) -> str:
        """SHA-256 of all content in 64 hexadecimal digits; the same rows in the same order give the same everywhere."""
        digest = hashlib.sha256()
        for ids in (self.user_ids, self.item_ids):
            encoded = [text.encode() for text in ids]
            digest.update(np.array([len(ids), *map(len, encoded)], dtype="<i8").tobytes())
            digest.update(b"".join(encoded))
        parts = (self.users, self.items, self.lists, self.times, self.positions, self.weights, self.parts)
        for array in (*parts, *(self.labels[name] for name in sorted(self.labels))):
            digest.update(b"none" if array is None else f"{array.dtype.kind}{array.dtype.itemsize}".encode())
            if array is not None:
                digest.update(np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<")).data)
        digest.update(b"none" if self.context is None else self.context.fingerprint().encode())
        return digest.hexdigest()


def context_rows(context: Catalogue, rows: np.ndarray) -> Catalogue:
    """Returns some rows of the context features."""
    columns = {name: values[rows] for name, values in context.columns.items()}
    return replace(context, ids=context.ids[rows], columns=columns)


def _context(
    frame: pd.DataFrame, feedback: Feedback, columns: ImpressionColumns, locate: Locate, folder: Path
) -> Catalogue | None:
    """Returns the columns without another role as features; None if there are none."""
    kinds: dict[str, Kind] = {}
    ignored: dict[str, str] = {}
    others = {*columns.parts, *feedback.columns}
    for name in frame.columns:
        choice = columns.context.get(name)
        if name in others and choice is None:
            continue
        kind, reason = (choice, "as asked") if choice else settled_kind(frame[name], folder)
        if kind is None or kind == "ignore":
            ignored[name] = reason
        elif kind == "image":
            raise InputError(
                f"column {name!r} holds pictures: give them in the table of items, where each is read once"
            )
        else:
            kinds[name] = kind
    if not kinds:
        return None
    values = {name: feature_values(frame[name], kind, locate, (1, 1), folder) for name, kind in kinds.items()}
    return Catalogue(np.arange(len(frame)).astype(str).astype(object), kinds, values, ignored)


def _columns(columns: ImpressionColumns | None) -> ImpressionColumns:
    """Returns the given columns, or the default ones."""
    found = ImpressionColumns() if columns is None else columns
    require_type(found, ImpressionColumns, "columns", "give tfrec_dl.ranking.ImpressionColumns")
    return found
