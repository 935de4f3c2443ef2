"""A CSV file as columns of text, with the lines of its records."""

import contextlib
import csv
import gzip
import io
import itertools
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from tfrec_dl.errors import InputError

BLOCK_BYTES = 16 << 20
"""Bytes parsed at a time: no CSV record may be longer."""
NUMBER = r"[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
"""Numbers as programs write them, for `re` and Arrow; "007" is a code."""
FLOAT_ID = r"^(-?(?:0|[1-9]\d*))\.0$"
"""An integer that was written as a float."""


class CsvTable:
    """A CSV file; see `tfrec_dl.data.tables.reading.TableFile` for the format.

    Args:
        path: the file.
        zipped: whether it is compressed with gzip.

    Attributes:
        header: the names of the columns.
    """

    def __init__(self, path: Path, zipped: bool) -> None:
        self.path, self.zipped = path, zipped
        self.delimiter = "\t" if ".tsv" in [suffix.lower() for suffix in path.suffixes] else ","
        self.header = self._first_record()

    def read(
        self, names: Sequence[str], ids: Collection[str], typed: Collection[str], kindless: Collection[str]
    ) -> pd.DataFrame:
        """Reads columns; see `TableFile.read`."""
        with self._explained(), self._opened() as file:
            try:
                table = pyarrow.csv.read_csv(file, **self._options(names, ids))
            except pa.ArrowInvalid as error:
                if "Empty CSV" in str(error):
                    return pd.DataFrame({name: [] for name in names})
                raise
        floats = _float_ids(table, ids)
        return _frame(_without_points(table, floats), typed, kindless)

    def batches(self, names: Sequence[str], ids: Collection[str], start: int) -> Iterator[pa.RecordBatch]:
        """Reads columns as text, batch by batch; see `TableFile.batches`."""
        with self._explained(), self._opened() as file:
            try:
                reader = pyarrow.csv.open_csv(file, **self._options(names, ids))
            except pa.ArrowInvalid as error:
                if "Empty CSV" in str(error):
                    return
                raise
            floats: list[str] | None = None
            for batch in reader:
                floats = _float_ids(batch, ids) if floats is None else floats
                batch = _without_points(batch, floats)
                skipped = min(start, batch.num_rows)  # the records before cannot be found without parsing them
                start -= skipped
                if skipped < batch.num_rows:
                    yield batch.slice(skipped)

    @staticmethod
    def frame(table: pa.Table, typed: Collection[str], start: int = 0) -> pd.DataFrame:
        """The columns of some of the records as pandas has them; see `TableFile.frame`."""
        return _frame(table, typed, ())

    @contextlib.contextmanager
    def _opened(self) -> Iterator[pa.NativeFile]:
        with pa.OSFile(str(self.path)) as file:
            yield pa.CompressedInputStream(file, "gzip") if self.zipped else file

    def _options(self, names: Sequence[str], ids: Collection[str]) -> dict[str, Any]:
        types = {name: pa.dictionary(pa.int32(), pa.string()) if name in ids else pa.string() for name in names}
        return {
            "read_options": pyarrow.csv.ReadOptions(block_size=BLOCK_BYTES),
            "parse_options": pyarrow.csv.ParseOptions(delimiter=self.delimiter, newlines_in_values=True),
            "convert_options": pyarrow.csv.ConvertOptions(
                column_types=types, include_columns=names, null_values=[""], strings_can_be_null=True
            ),
        }

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """Describes what is wrong with a malformed file, and where."""
        try:
            yield
        except pa.ArrowInvalid as error:
            if "UTF8" in str(error):
                raise InputError(f"{str(self.path)!r} is not UTF-8 text: convert it to UTF-8") from error
            malformed = self._first_malformed()
            if not malformed:
                raise
            raise InputError(f"cannot read {str(self.path)!r}: {malformed}") from error

    def locate(self, row: int) -> str:
        """Row number from 0 -> "line 7"."""
        try:
            line, _ = next(itertools.islice(self._records(), row + 1, None))
        except (csv.Error, StopIteration):  # Python's reader is stricter about field sizes and NUL than Arrow's.
            return f"row {row + 1}"
        return f"line {line}"

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """The line on which each record that is not blank starts, and its fields.

        Slow, so only for the header and for the place of an error.
        """
        with gzip.open(self.path) if self.zipped else self.path.open("rb") as raw:
            reader = csv.reader(io.TextIOWrapper(raw, "utf-8-sig", newline=""), delimiter=self.delimiter)
            line = 1
            for record in reader:
                if record:
                    yield line, record
                line = reader.line_num + 1

    def _first_record(self) -> list[str]:
        for _, record in self._records():
            return record
        raise InputError(f"{str(self.path)!r} is empty: it needs a header and at least one row")

    def _first_malformed(self) -> str:
        """Where a record has too many or too few fields; "" if none has."""
        width = len(self.header)
        with contextlib.suppress(csv.Error):
            for line, record in self._records():
                if len(record) != width:
                    return (
                        f"line {line} has {len(record)} fields, the header {width}: quote fields that hold separators"
                    )
        return ""


def _float_ids(table: pa.Table | pa.RecordBatch, ids: Collection[str]) -> list[str]:
    """Columns of ids that were written from floats, as pandas makes of integers with gaps: each is such as "318.0".

    The first block of a file decides for all of it, so that a file is read alike as a whole and block by block.
    """
    found = []
    for name in ids:
        column = table[name].chunk(0) if isinstance(table, pa.Table) and table[name].num_chunks else table[name]
        if (
            len(column) > column.null_count
            and pc.all(pc.match_substring_regex(column.cast(pa.string()), FLOAT_ID)).as_py()
        ):
            found.append(name)
    return found


def _without_points(table: pa.Table | pa.RecordBatch, names: Collection[str]) -> pa.Table | pa.RecordBatch:
    """The table with "318" for "318.0" in some columns."""
    for name in names:
        texts = pc.replace_substring_regex(table[name].cast(pa.string()), FLOAT_ID, r"\1")
        table = table.set_column(table.schema.get_field_index(name), name, texts.dictionary_encode())
    return table


def _frame(table: pa.Table, typed: Collection[str], kindless: Collection[str]) -> pd.DataFrame:
    for position, name in enumerate(table.column_names):
        if name in typed:
            table = table.set_column(position, name, _typed(table[name]))
        elif name in kindless:
            table = table.set_column(position, name, _measured(table[name]))
    return table.unify_dictionaries().to_pandas()


def _measured(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text as numbers where every value is spelled as one that a number holds to the last digit, otherwise as it is."""
    if column.null_count == len(column) or not pc.all(pc.match_substring_regex(column, f"^(?:{NUMBER})$")).as_py():
        return column
    numbers = _typed(column)
    if pa.types.is_integer(numbers.type) and numbers.null_count:
        try:
            return numbers.cast(pa.float64())  # as pandas will
        except pa.ArrowInvalid:
            return column
    return numbers


def _typed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Text as int64, float64 or datetimes where every value spells one, otherwise as it is."""
    for kind in (pa.int64(), pa.float64(), pa.timestamp("us")):
        try:
            found = column.cast(kind)
        except pa.ArrowInvalid:
            continue
        # 1e400 is infinite; an error about it has to show what stands there.
        if not (pa.types.is_floating(kind) and pc.any(pc.is_inf(found)).as_py()):
            return found
    return column
