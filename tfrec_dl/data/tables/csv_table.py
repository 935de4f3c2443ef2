"""A CSV file as columns of text, with the lines of its records."""

import codecs
import contextlib
import csv
import gzip
import io
import itertools
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, cast

import pandas as pd
import pyarrow as pa
import pyarrow.csv

from tfrec_dl.data.tables.csv_columns import float_ids, frame_of, without_points
from tfrec_dl.errors import InputError

BLOCK_BYTES = 16 << 20
"""Bytes parsed at a time; no CSV record may be longer."""
SKIPPED_BYTES = 1 << 20
MOST_LINES = 5_000_000
"""Number of lines that are searched for the place of an error."""


class CsvTable:
    """A CSV file; see `tfrec_dl.data.tables.reading.TableFile` for the format.

    Args:
        path: the file.
        zipped: whether it is compressed with gzip.

    Attributes:
        header: column names.
    """

    def __init__(self, path: Path, zipped: bool) -> None:
        self.path, self.zipped = path, zipped
        self.delimiter = "\t" if ".tsv" in [suffix.lower() for suffix in path.suffixes] else ","
        self._blank_bytes, self._blank_lines = self._leading_blank()
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
        floats = float_ids(table, ids)
        return frame_of(without_points(table, floats), typed, kindless)

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
                floats = float_ids(batch, ids) if floats is None else floats
                batch = without_points(batch, floats)
                skipped = min(start, batch.num_rows)  # the records before cannot be found without parsing them
                start -= skipped
                if skipped < batch.num_rows:
                    yield batch.slice(skipped)

    @staticmethod
    def frame(table: pa.Table, typed: Collection[str], start: int = 0) -> pd.DataFrame:
        """Converts some records to a pandas frame; see `TableFile.frame`."""
        return frame_of(table, typed, ())

    @contextlib.contextmanager
    def _opened(self) -> Iterator[pa.NativeFile]:
        with pa.OSFile(str(self.path)) as file:
            stream = pa.CompressedInputStream(file, "gzip") if self.zipped else file
            # Arrow treats a first block without a record as an empty file.
            left = self._blank_bytes
            while left and (block := stream.read(min(left, SKIPPED_BYTES))):
                left -= len(block)
            yield stream

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
        except (csv.Error, StopIteration):  # Python's reader is stricter than Arrow's about field sizes and NUL.
            return f"row {row + 1}"
        return f"line {line}"

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Yields the line on which each non-blank record starts, and its fields.

        This is slow, so it is only used for the header and the place of an error, and not beyond `MOST_LINES`.
        """
        with self._raw() as raw:
            raw.seek(self._blank_bytes)
            reader = csv.reader(io.TextIOWrapper(raw, "utf-8-sig", newline=""), delimiter=self.delimiter)
            line = 1
            for record in reader:
                if record:
                    yield self._blank_lines + line, record
                line = reader.line_num + 1
                if line > MOST_LINES:
                    return

    def _raw(self) -> BinaryIO:
        return cast(BinaryIO, gzip.open(self.path)) if self.zipped else self.path.open("rb")

    def _leading_blank(self) -> tuple[int, int]:
        """Counts the bytes, including a byte-order mark, and the lines before the first record."""
        count = lines = 0
        with self._raw() as raw:
            while block := raw.read(SKIPPED_BYTES):
                marked = len(codecs.BOM_UTF8) * (not count and block.startswith(codecs.BOM_UTF8))
                rest = block[marked:].lstrip(b"\r\n")
                blank = block[marked : len(block) - len(rest)]
                count += marked + len(blank)
                lines += blank.count(b"\n") + blank.count(b"\r") - blank.count(b"\r\n")
                if rest:
                    break
        return count, lines

    def _first_record(self) -> list[str]:
        for _, record in self._records():
            return record
        raise InputError(f"{str(self.path)!r} is empty: it needs a header and at least one row")

    def _first_malformed(self) -> str:
        """Returns where a record has too many or too few fields; "" if none has."""
        width = len(self.header)
        with contextlib.suppress(csv.Error):
            for line, record in self._records():
                if len(record) != width:
                    return (
                        f"line {line} has {len(record)} fields, the header {width}: quote fields that hold separators"
                    )
        return ""
