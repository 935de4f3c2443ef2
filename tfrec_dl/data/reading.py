"""Reads the columns asked for from a CSV or Parquet file, ids as text."""

import contextlib
import csv
import difflib
import gzip
import io
import itertools
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from tfrec_dl.data.columns import Columns
from tfrec_dl.errors import InputError

BLOCK_BYTES = 16 << 20
"""Bytes parsed at a time: no CSV record may be longer."""


def read_table(path: str | Path, columns: Columns) -> tuple[pd.DataFrame, Columns, Callable[[int], str]]:
    """Reads the interaction columns of a file.

    CSV is UTF-8 with a header, separated by commas (tabs when the name ends in .tsv), quoted with double quotes; ids
    are text, so that "007" stays "007"; an empty field is a missing value. Compressed with gzip when the name ends in
    .gz or the content says so. Parquet when the name ends in .parquet or .pq, or the content says so.

    Args:
        path: the file.
        columns: the columns to read.

    Returns:
        A frame of those columns, the columns found, and a function from row number (from 0) to "line 3" or "row 2".

    Raises:
        InputError: if the file is missing, empty, unreadable or malformed, or lacks a column.
    """
    path = Path(path)
    try:
        start = _first_bytes(path)
        if path.suffix.lower() in (".parquet", ".pq") or start == b"PAR1":
            return _read_parquet(path, columns)
        zipped = path.suffix.lower() == ".gz" or start[:2] == b"\x1f\x8b"
        return _read_csv(path, columns, zipped)
    except InputError:
        raise
    except UnicodeDecodeError as error:
        raise InputError(
            f"{str(path)!r} is not UTF-8 text (byte {error.object[error.start]:#x}): convert it to UTF-8"
        ) from error
    except (OSError, EOFError, zlib.error, pa.ArrowException, csv.Error) as error:
        raise InputError(f"cannot read {str(path)!r}: {_one_line(error)}") from error


def _first_bytes(path: Path) -> bytes:
    """The first four bytes, once it is sure that there is such a file."""
    if path.is_dir():
        raise InputError(f"{str(path)!r} is a folder: name a CSV or Parquet file in it")
    if not path.exists():
        folder = path.parent
        if not folder.is_dir():
            raise InputError(f"no file {str(path)!r}: there is no folder {str(folder)!r}")
        near = difflib.get_close_matches(path.name, [entry.name for entry in folder.iterdir()], n=1, cutoff=0.5)
        raise InputError(
            f"no file {str(path)!r}: " + (f"did you mean {near[0]!r}?" if near else "check the name and the folder")
        )
    with path.open("rb") as file:
        start = file.read(4)
    if not start:
        raise InputError(f"{str(path)!r} is empty: it needs a header and at least one interaction")
    return start


def _read_csv(path: Path, columns: Columns, zipped: bool) -> tuple[pd.DataFrame, Columns, Callable[[int], str]]:
    delimiter = "\t" if ".tsv" in [suffix.lower() for suffix in path.suffixes] else ","
    lines = _Lines(path, zipped, delimiter)
    header = lines.header()
    columns = columns.resolve(header, repr(str(path)))
    names = list(columns.named().values())
    ids = (columns.user, columns.item)
    types = {name: pa.dictionary(pa.int32(), pa.string()) if name in ids else pa.string() for name in names}
    try:
        with pa.OSFile(str(path)) as file:
            table = pyarrow.csv.read_csv(
                pa.CompressedInputStream(file, "gzip") if zipped else file,
                read_options=pyarrow.csv.ReadOptions(block_size=BLOCK_BYTES),
                parse_options=pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
                convert_options=pyarrow.csv.ConvertOptions(
                    column_types=types, include_columns=names, null_values=[""], strings_can_be_null=True
                ),
            )
    except pa.ArrowInvalid as error:
        if "Empty CSV" in str(error):
            raise InputError(f"{str(path)!r} holds no interactions: it needs at least one row") from error
        if "UTF8" in str(error):
            raise InputError(f"{str(path)!r} is not UTF-8 text: convert it to UTF-8") from error
        raise InputError(
            f"cannot read {str(path)!r}: {lines.first_malformed(len(header)) or _one_line(error)}"
        ) from error
    for position, name in enumerate(names):
        if name not in ids:
            table = table.set_column(position, name, _typed(table[name]))
    return table.unify_dictionaries().to_pandas(), columns, lines.locate


def _typed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text as int64, float64 or datetimes where every value spells one, otherwise as it is."""
    for kind in (pa.int64(), pa.float64(), pa.timestamp("us")):
        try:
            return column.cast(kind)
        except pa.ArrowInvalid:
            continue
    return column


def _read_parquet(path: Path, columns: Columns) -> tuple[pd.DataFrame, Columns, Callable[[int], str]]:
    with pyarrow.parquet.ParquetFile(path) as file:
        schema = file.schema_arrow
        columns = columns.resolve(schema.names, repr(str(path)))
    texts = [name for name in (columns.user, columns.item) if pa.types.is_string(schema.field(name).type)]
    with pyarrow.parquet.ParquetFile(path, read_dictionary=texts) as file:
        table = file.read(columns=list(columns.named().values()))
    return table.unify_dictionaries().to_pandas(date_as_object=False), columns, lambda row: f"row {row + 1}"


class _Lines:
    """The records of a CSV file one by one: slow, so only for its header and for the place of an error."""

    def __init__(self, path: Path, zipped: bool, delimiter: str) -> None:
        self.path, self.zipped, self.delimiter = path, zipped, delimiter

    def header(self) -> list[str]:
        """The first record that is not blank."""
        for _, record in self:
            return record
        raise InputError(f"{str(self.path)!r} is empty: it needs a header and at least one interaction")

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """The line on which each record that is not blank starts, and its fields."""
        with gzip.open(self.path) if self.zipped else self.path.open("rb") as raw:
            reader = csv.reader(io.TextIOWrapper(raw, "utf-8-sig", newline=""), delimiter=self.delimiter)
            line = 1
            for record in reader:
                if record:
                    yield line, record
                line = reader.line_num + 1

    def locate(self, row: int) -> str:
        """Row number from 0 -> "line 7"."""
        try:
            line, _ = next(itertools.islice(self, row + 1, None))
        except (csv.Error, StopIteration):  # Python's reader is stricter about field sizes and NUL than Arrow's.
            return f"row {row + 1}"
        return f"line {line}"

    def first_malformed(self, width: int) -> str:
        """Where a record has too many or too few fields; "" if none has."""
        with contextlib.suppress(csv.Error):
            for line, record in self:
                if len(record) != width:
                    return (
                        f"line {line} has {len(record)} fields, the header {width}: quote fields that hold separators"
                    )
        return ""


def _one_line(error: Exception) -> str:
    """The error's own words on one line, shortened."""
    return " ".join(str(error).split())[:200] or type(error).__name__
