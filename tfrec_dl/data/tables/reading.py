"""Reads the requested columns from a CSV or Parquet file, with ids as text."""

import contextlib
import csv
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa

from tfrec_dl.arguments import path_given
from tfrec_dl.data.tables.columns import Columns
from tfrec_dl.data.tables.csv_table import CsvTable
from tfrec_dl.data.tables.formats import first_bytes
from tfrec_dl.data.tables.parquet_table import ParquetTable
from tfrec_dl.errors import InputError


def read_table(path: str | Path, columns: Columns) -> tuple[pd.DataFrame, Columns, Callable[[int], str]]:
    """Reads the interaction columns of a file.

    Args:
        path: the file; see `TableFile` for the formats.
        columns: the columns to read.

    Returns:
        A frame of those columns, the columns found, and a function from row number (from 0) to "line 3" or "row 2".

    Raises:
        InputError: if the file is missing, empty, unreadable or malformed, or lacks a column.
    """
    table = TableFile(path)
    columns = columns.resolve(table.header, table.name)
    ids = (columns.user, columns.item)
    names = list(columns.named().values())
    return table.read(names, ids, typed=[name for name in names if name not in ids]), columns, table.locate


class TableFile:
    """A table on disk whose header has been read.

    CSV files are UTF-8 with a header, separated by commas (tabs if the name ends in .tsv) and quoted with double
    quotes. Ids are text, so that "007" stays "007". An empty field is a missing value. A file is compressed with gzip
    if its name ends in .gz or its content is compressed. It is Parquet if its name ends in .parquet or .pq, or its
    content is Parquet.

    Args:
        path: the file.

    Attributes:
        name: name of the table in an error.
        header: column names.

    Raises:
        InputError: if the file is missing, empty, unreadable or malformed.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = path_given(path, "the path of the table")
        self.name = repr(str(path))
        with self._explained():
            start = first_bytes(self.path)
            self._table: CsvTable | ParquetTable
            if self.path.suffix.lower() in (".parquet", ".pq") or start.startswith(b"PAR1"):
                self._table = ParquetTable(self.path)
            else:
                self._table = CsvTable(self.path, self.path.suffix.lower() == ".gz" or start[:2] == b"\x1f\x8b")
        self.header = self._table.header

    def read(
        self,
        names: Sequence[str],
        ids: Collection[str] = (),
        typed: Collection[str] = (),
        kindless: Collection[str] = (),
    ) -> pd.DataFrame:
        """Reads columns; those of a CSV file stay text as written, except where another type is requested.

        Parquet columns have their own types.

        Args:
            names: columns to read, each once in the header.
            ids: those of them that hold ids.
            typed: those that become integers, numbers or datetimes if every value spells one: times, labels, weights.
            kindless: features whose kind is still to be guessed, or is a number; they become numbers if every value is
                spelled as one. This takes less memory than text and means the same.

        Returns:
            A frame of the columns in the order of `names`.

        Raises:
            InputError: if the file is unreadable or malformed.
        """
        with self._explained():
            return self._table.read(names, ids, typed, kindless)

    def batches(self, names: Sequence[str], ids: Collection[str], start: int = 0) -> Iterator[pa.RecordBatch]:
        """Reads columns batch by batch, so that the file may be larger than memory.

        Args:
            names: as for `read`.
            ids: as for `read`.
            start: number of the first row to read, from 0.

        Yields:
            Batches of rows in file order, of any size; `frame` turns them into a frame.

        Raises:
            InputError: as `read`, when the faulty place is reached.
        """
        with self._explained():
            yield from self._table.batches(names, ids, start)

    def frame(self, table: pa.Table, typed: Collection[str], start: int = 0) -> pd.DataFrame:
        """Returns what `read` would return for these rows alone: the type of a CSV column depends on these rows.

        Args:
            table: consecutive rows.
            typed: as for `read`.
            start: number of the first of them in the file, from 0, for errors.
        """
        with self._explained():
            return self._table.frame(table, typed, start)

    @property
    def row_count(self) -> int | None:
        """Returns the number of rows of a Parquet file; None for CSV, whose rows are not counted."""
        return self._table.rows if isinstance(self._table, ParquetTable) else None

    def locate(self, row: int) -> str:
        """Row number from 0 -> "line 3" of CSV, "row 2" of Parquet."""
        return self._table.locate(row)

    def place(self, row: int) -> str:
        """Row number from 0 -> "line 3 of 'clicks.csv'"."""
        return f"{self.locate(row)} of {self.name}"

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """Turns exceptions of readers into an InputError that names the file."""
        try:
            yield
        except InputError:
            raise
        except UnicodeDecodeError as error:
            raise InputError(
                f"{self.name} is not UTF-8 text (byte {error.object[error.start]:#x}): convert it to UTF-8"
            ) from error
        except (OSError, EOFError, zlib.error, pa.ArrowException, csv.Error) as error:
            words = " ".join(str(error).split())[:200] or type(error).__name__
            raise InputError(f"cannot read {self.name}: {words}") from error
