"""Input files of a table: found, opened once, and checked to be of one kind before anything is written."""

import glob
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from tfrec_dl.data.tables.columns import Columns
from tfrec_dl.data.tables.reading import TableFile
from tfrec_dl.data.tables.times import checked_times, units_apart
from tfrec_dl.errors import InputError

SUFFIXES = (".csv", ".tsv", ".csv.gz", ".tsv.gz", ".parquet", ".pq")
BYTES_A_ROW = 30  # bytes per row of CSV, to estimate the number of rows
PACKED = 4  # compression factor of gzip, for the same
SECONDS_OF_1973 = 10**8  # larger numbers count from 1970, in some unit


@dataclass(frozen=True)
class InputFile:
    """A file of the table.

    Attributes:
        path: absolute path.
        size: size in bytes.
        modified: time of last change, nanoseconds since 1970.
    """

    path: str
    size: int
    modified: int

    @classmethod
    def of(cls, path: Path) -> "InputFile":
        """Describes the file in its present state."""
        state = path.stat()
        return cls(str(path), state.st_size, state.st_mtime_ns)

    @cached_property
    def table(self) -> TableFile:
        """The file with its header read."""
        return TableFile(self.path)

    def estimated_rows(self) -> int:
        """Returns the number of rows: exact for Parquet, estimated from the size for CSV."""
        rows = self.table.row_count
        packed = self.path.lower().endswith(".gz")
        return self.size * (PACKED if packed else 1) // BYTES_A_ROW if rows is None else rows


def find_files(paths: Sequence[str]) -> list[InputFile]:
    """Finds the files that files, folders and globs stand for.

    Args:
        paths: paths, in the order that counts as the table's.

    Returns:
        The files; those of a folder or a glob are sorted by name.

    Raises:
        InputError: if a path stands for no file, or a file occurs twice.
    """
    found: dict[Path, str] = {}
    for path in paths:
        for file in _expand(path):
            if file in found:
                raise InputError(
                    f"{str(file)!r} is named twice, by {found[file]!r} and {path!r}: its interactions would count twice"
                )
            found[file] = path
    return [InputFile.of(file) for file in found]


def common_columns(files: Sequence[InputFile], columns: Columns) -> Columns:
    """Returns the columns that all files have.

    Args:
        files: at least one.
        columns: requested columns.

    Returns:
        Columns in which None means that no file has such a column.

    Raises:
        InputError: if a column is missing in a file, or exists only in some files.
    """
    resolved = [columns.resolve(file.table.header, file.table.name).named() for file in files]
    for each in resolved:
        if columns.rating is None:  # retrieval does not use ratings, so not every file needs them
            each.pop("rating", None)
    for file, each in zip(files, resolved, strict=True):
        if each != resolved[0]:
            lacking = set(each.values()) ^ set(resolved[0].values())
            raise InputError(
                f"{files[0].path!r} and {file.path!r} differ: only one of them has the column {sorted(lacking)[0]!r}; "
                "give all files the same columns"
            )
    return Columns(**resolved[0])


def common_time_kind(
    files: Sequence[InputFile], columns: Columns, base: Mapping[str, tuple[str, float]] | None = None
) -> str:
    """Returns the kind of times in all files (`Times.kind`), judged by their first rows.

    Args:
        files: files of the table.
        columns: columns of all files.
        base: kind of the times of another table that must match -> its path, and a time; None for no other.

    Raises:
        InputError: if only some have datetimes, or numbers are in different units, because these do not sort together.
    """
    if columns.time is None:
        return ""
    found = dict(base or {})
    for file in files:
        first = next(file.table.batches([columns.time], []), None)
        if first is None:
            continue
        start = file.table.frame(pa.Table.from_batches([first.slice(0, 1)]), [columns.time])
        times = checked_times(start[columns.time], columns.time, file.table.place)
        kind, (time,) = times.kind, times.values.tolist()
        earlier, first_time = next(iter(found.values()), (file.path, time))
        if (other := next(iter(found), kind)) != kind:
            raise InputError(
                f"column {columns.time!r} holds {other} in {earlier!r} and {kind} in {file.path!r}: "
                "give all files the same"
            )
        found.setdefault(kind, (file.path, time))
        if kind == "numbers" and min(abs(first_time), abs(time)) >= SECONDS_OF_1973 and units_apart(first_time, time):
            raise InputError(
                f"column {columns.time!r} begins with {first_time:.15g} in {earlier!r} and with {time:.15g} in "
                f"{file.path!r}, {units_apart(first_time, time):,} times apart: give all files one unit of time"
            )
    return next(iter(found), "")


def _expand(path: str) -> list[Path]:
    place = Path(path)
    if place.is_dir():
        files = [file for file in sorted(place.rglob("*")) if _is_table(file.relative_to(place)) and file.is_file()]
        if not files:
            raise InputError(f"the folder {path!r} holds no table: name one with {', '.join(SUFFIXES)} files")
        return [file.absolute() for file in files]
    if not place.exists() and glob.has_magic(path):
        files = [Path(file) for file in sorted(glob.glob(path, recursive=True)) if Path(file).is_file()]
        if not files:
            raise InputError(f"{path!r} matches no file: check the pattern and the folder")
        return [file.absolute() for file in files]
    TableFile(place)  # raises with the reason
    return [place.absolute()]


def _is_table(path: Path) -> bool:
    """Whether a file of a folder is part of the table, and not a marker of an engine, such as `_SUCCESS`."""
    hidden = any(part[0] in "._" for part in path.parts)
    return not hidden and path.name.lower().endswith(SUFFIXES)
