"""A checked table of impressions: what was shown to whom, in which list and context, and what came of it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from tfrec_dl.data.catalogue import Catalogue
from tfrec_dl.data.catalogue_columns import CHOICES, Choice, feature_values, settled_kind
from tfrec_dl.data.columns import missing_column, refuse_repeats
from tfrec_dl.data.feature_kinds import Kind
from tfrec_dl.data.feedback import Feedback
from tfrec_dl.data.reading import TableFile
from tfrec_dl.data.validation import Locate, checked_ids, checked_numbers, checked_times, refuse
from tfrec_dl.errors import InputError

LONGEST_LIST = 10_000  # positions
PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class ImpressionColumns:
    """Which column of a table of impressions plays which part.

    Attributes:
        user: column of user ids.
        item: column of item ids.
        time: column of times; None reads "timestamp" when the table has it.
        lists: columns that together name the list in which an impression was shown: a session and a step, or a
            request's id. Without any, each row is a list of its own.
        position: column of places in the list, from 0 or 1; a matter of training alone (see `docs/ranking.md`). None:
            places play no part, or are an ordinary feature of the context.
        part: column that says "train", "validation" or "test", the same for a whole list.
        context: further column -> kind, or "ignore", where the guess is wrong; a column that plays another part is a
            feature too where its kind is given, unless it says what came of the impression.
    """

    user: str = "user_id"
    item: str = "item_id"
    time: str | None = None
    lists: tuple[str, ...] = ()
    position: str | None = None
    part: str | None = None
    context: Mapping[str, Choice] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Checks what names do not show."""
        if isinstance(self.lists, str):
            raise InputError(f"lists is {self.lists!r}: give several names, or one as ({self.lists!r},)")
        if self.user == self.item:
            raise InputError(f"column {self.user!r} is named as both user and item: give each its own column")

    def resolve(self, header: Sequence[str], feedback: Feedback, table: str) -> "ImpressionColumns":
        """Settles the column of times.

        Raises:
            InputError: if a column is missing (the nearest name is suggested) or occurs twice, a kind is wrong, or what
                came of an impression is to be a feature.
        """
        found = replace(self, time="timestamp") if self.time is None and "timestamp" in header else self
        for name in (*found.parts, *feedback.columns, *self.context):
            if name not in header:
                raise InputError(missing_column(name, header, table))
        refuse_repeats(dict.fromkeys(header), header, table)
        for name, kind in self.context.items():
            if kind not in CHOICES:
                raise InputError(f"the kind of column {name!r} is {kind!r}: use {', '.join(map(repr, CHOICES))}")
            if name in feedback.outcomes and kind != "ignore":
                raise InputError(
                    f"column {name!r} says what came of an impression, so it is no feature: leave its kind {kind!r} out"
                )
        return found

    @property
    def parts(self) -> tuple[str, ...]:
        """Columns that are no features unless asked."""
        named = (self.user, self.item, self.time, *self.lists, self.position, self.part)
        return tuple(name for name in named if name is not None)

    def ids(self, feedback: Feedback) -> tuple[str, ...]:
        """Columns to read as text: those of ids, of lists too unless they are a number to someone."""
        others = {self.time, self.position, *self.context, *feedback.columns}
        return tuple(dict.fromkeys([self.user, self.item, *(name for name in self.lists if name not in others)]))


@dataclass(frozen=True, eq=False)
class Impressions:
    """Impressions in table order.

    Attributes:
        user_ids: [U] object (str), in the order of first appearance.
        item_ids: [I] object (str), in the order of first appearance.
        users: [n] int32 codes into `user_ids`.
        items: [n] int32 codes into `item_ids`.
        lists: [n] int32, which list each row belongs to, numbered in the order of first appearance.
        labels: "click", "conversion", "rating" -> [n] float32, those that there are.
        times: [n] int64 or float64, or None: then the table order is the order in time.
        positions: [n] int32 from 0, or None.
        weights: [n] float32, or None.
        parts: [n] int8, 0 to train, 1 to validate, 2 to test; or None.
        context: features of the impressions, one row each; None without any.
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

    @classmethod
    def from_frame(
        cls, frame: pd.DataFrame, feedback: Feedback, columns: ImpressionColumns | None = None
    ) -> "Impressions":
        """Checks a pandas table; its index plays no part.

        Args:
            frame: one row an impression. Every column without a part is a feature of the context.
            feedback: which columns are labels.
            columns: which other column is what; default `ImpressionColumns()`.

        Returns:
            The impressions that say something, in table order.

        Raises:
            InputError: if a column is missing, the table is empty, a value is invalid, or one list has several users
                or times.
        """
        if not isinstance(frame, pd.DataFrame):
            raise InputError(f"the table is of type {type(frame).__name__}: pass a pandas DataFrame")
        frame = frame.set_axis([str(name) for name in frame.columns], axis=1)
        columns = (columns or ImpressionColumns()).resolve(list(frame.columns), feedback, "the table")
        return cls._checked(frame, feedback, columns, lambda row: f"row {row + 1}", "the table", Path("."))

    @classmethod
    def read(cls, path: str | Path, feedback: Feedback, columns: ImpressionColumns | None = None) -> "Impressions":
        """Reads and checks a CSV (also gzip) or Parquet file; ids, of lists too, are text in CSV: "007" stays "007".

        Args:
            path: the file; see `tfrec_dl.data.reading.TableFile` for the formats.
            feedback: which columns are labels.
            columns: which other column is what; default `ImpressionColumns()`.

        Raises:
            InputError: if the file cannot be read, and as `from_frame`.
        """
        table = TableFile(path)
        columns = (columns or ImpressionColumns()).resolve(table.header, feedback, table.name)
        ignored = {name for name, kind in columns.context.items() if kind == "ignore"}
        names = [
            name
            for name in table.header
            if name and (name not in ignored or name in (*columns.parts, *feedback.columns))
        ]
        frame = table.read(names, columns.ids(feedback))
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
        lists = _numbered_lists(frame, columns, locate)
        _refuse_mixed(lists, users, frame[columns.user], columns.user, locate)
        if times is not None:
            _refuse_mixed(lists, times, frame[columns.time], str(columns.time), locate)
        labels = feedback.read(frame, locate)
        found = cls(
            user_ids=user_ids,
            item_ids=item_ids,
            users=users,
            items=items,
            lists=lists,
            labels=labels.values,
            times=times,
            positions=_positions(frame[columns.position], columns.position, locate) if columns.position else None,
            weights=labels.weights,
            parts=_parts(frame[columns.part], columns.part, lists, locate) if columns.part else None,
            context=_context(frame, feedback, columns, locate, folder),
        )
        return found if labels.kept.all() else found.select(labels.kept)

    def __len__(self) -> int:
        """The number of impressions."""
        return len(self.users)

    def select(self, rows: np.ndarray) -> "Impressions":
        """Some of the impressions, with all the ids.

        Args:
            rows: [n] bool mask, or row numbers.

        Returns:
            The impressions in the order of `rows`; lists are numbered anew.
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
        """SHA-256 of all content in 64 hexadecimal digits: on every machine the same for the same rows in order."""
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
    """Some rows of the context's features."""
    columns = {name: values[rows] for name, values in context.columns.items()}
    return replace(context, ids=context.ids[rows], columns=columns)


def _numbered_lists(frame: pd.DataFrame, columns: ImpressionColumns, locate: Locate) -> np.ndarray:
    """[n] int32, lists in the order of first appearance."""
    if not columns.lists:
        return np.arange(len(frame), dtype=np.int32)
    codes = np.zeros(len(frame), dtype=np.int64)
    for name in columns.lists:
        found, distinct = pd.factorize(frame[name])
        refuse(found < 0, frame[name], name, locate, "the list is missing", "fill it in or drop the row")
        codes = pd.factorize(codes * len(distinct) + found)[0]
    return codes.astype(np.int32)


def _refuse_mixed(lists: np.ndarray, values: np.ndarray, column: pd.Series, name: str, locate: Locate) -> None:
    """Raises InputError where one list has several users or times."""
    first = np.zeros(lists.max() + 1, dtype=np.int64)
    first[lists[::-1]] = np.arange(len(lists))[::-1]  # the last to be written is the list's first row
    mixed = values != values[first[lists]]
    remedy = "name columns that tell lists apart"
    refuse(mixed, column, name, locate, f"the list has another {name!r} in an earlier row", remedy)


def _positions(column: pd.Series, name: str, locate: Locate) -> np.ndarray:
    numbers = checked_numbers(column, name, locate, "position")
    bad = (numbers < 0) | (numbers >= LONGEST_LIST) | (numbers != np.floor(numbers))
    refuse(bad, column, name, locate, f"a position is a whole number from 0 to {LONGEST_LIST - 1:,}", "correct it")
    return numbers.astype(np.int32)


def _parts(column: pd.Series, name: str, lists: np.ndarray, locate: Locate) -> np.ndarray:
    parts = column.map({part: number for number, part in enumerate(PARTS)})
    refuse(parts.isna().to_numpy(), column, name, locate, f"a part is one of {', '.join(PARTS)}", "correct it")
    numbers = parts.to_numpy(dtype=np.int8)
    _refuse_mixed(lists, numbers, column, name, locate)
    return numbers


def _context(
    frame: pd.DataFrame, feedback: Feedback, columns: ImpressionColumns, locate: Locate, folder: Path
) -> Catalogue | None:
    """The columns without another part, as features; None without any."""
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
