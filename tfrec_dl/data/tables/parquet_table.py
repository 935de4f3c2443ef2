"""A Parquet file, with columns of its own types."""

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from tfrec_dl.data.tables.checks import show
from tfrec_dl.errors import InputError

BATCH_ROWS = 1 << 17
"""Rows read at a time when a file is read batch by batch."""
BUFFER_BYTES = 1 << 20
WIDE = {pa.int64(): pd.Int64Dtype(), pa.uint64(): pd.UInt64Dtype()}


class ParquetTable:
    """A Parquet file, with the interface of `CsvTable`.

    Args:
        path: the file.

    Attributes:
        header: column names.
        rows: number of rows.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with pyarrow.parquet.ParquetFile(path) as file:
            self.schema = file.schema_arrow
            self.rows: int = file.metadata.num_rows
        self.header: list[str] = self.schema.names

    def read(
        self, names: Sequence[str], ids: Collection[str], typed: Collection[str], kindless: Collection[str]
    ) -> pd.DataFrame:
        """Reads columns; see `TableFile.read`."""
        with pyarrow.parquet.ParquetFile(self.path, read_dictionary=self._texts(ids)) as file:
            table = file.read(columns=list(names))
        return self.frame(table, typed)[list(names)]

    def batches(self, names: Sequence[str], ids: Collection[str], start: int) -> Iterator[pa.RecordBatch]:
        """Reads columns batch by batch; see `TableFile.batches`."""
        # Without a buffer of its own, the reader would hold whole row groups of the file.
        with pyarrow.parquet.ParquetFile(
            self.path, read_dictionary=self._texts(ids), buffer_size=BUFFER_BYTES, pre_buffer=False
        ) as file:
            sizes = [file.metadata.row_group(group).num_rows for group in range(file.metadata.num_row_groups)]
            group = 0
            while group < len(sizes) and start >= sizes[group]:
                start -= sizes[group]
                group += 1
            for batch in file.iter_batches(BATCH_ROWS, list(range(group, len(sizes))), list(names)):
                skipped = min(start, batch.num_rows)
                start -= skipped
                if skipped < batch.num_rows:
                    yield batch.slice(skipped)

    def frame(self, table: pa.Table, typed: Collection[str], start: int = 0) -> pd.DataFrame:
        """Converts some rows to a pandas frame; see `TableFile.frame`."""
        for name, column in zip(table.column_names, table.columns, strict=True):
            self._refuse_other_than_utf8(column, name, start)
        # pandas' metadata would turn a column back into the frame's index.
        table = table.unify_dictionaries().replace_schema_metadata()
        frame = table.to_pandas(date_as_object=False)
        for name, column in zip(table.column_names, table.columns, strict=True):
            if name in typed:
                continue
            if pa.types.is_date(column.type):  # "2020-01-01", as in CSV
                frame[name] = column.to_pandas(date_as_object=True)
            elif column.null_count and column.type in WIDE:  # floats would not hold every digit
                frame[name] = column.to_pandas(types_mapper=WIDE.get)
        return frame

    def _refuse_other_than_utf8(self, column: pa.ChunkedArray, name: str, start: int) -> None:
        try:
            column.validate(full=True)
        except pa.ArrowInvalid as error:
            raise InputError(
                f"column {name!r}{self._first_other_than_utf8(column, start)}: not UTF-8 text: convert it to UTF-8"
            ) from error

    def _first_other_than_utf8(self, column: pa.ChunkedArray, start: int) -> str:
        """Locates the first text that is not UTF-8, and its bytes; returns "" inside lists and structures."""
        row = start
        for chunk in column.chunks:
            texts = chunk.dictionary_decode() if pa.types.is_dictionary(chunk.type) else chunk
            for value in _raw(texts):
                if not _is_utf8(value):
                    return f", {self.locate(row)}, got {show(value)}"
                row += 1
        # The dictionary of these rows may have it for a later row.
        values = [
            value for chunk in column.chunks if pa.types.is_dictionary(chunk.type) for value in _raw(chunk.dictionary)
        ]
        return next((f", got {show(value)}" for value in values if not _is_utf8(value)), "")

    def _texts(self, ids: Collection[str]) -> list[str]:
        return [name for name in ids if pa.types.is_string(self.schema.field(name).type)]

    def locate(self, row: int) -> str:
        """Row number from 0 -> "row 7"."""
        return f"row {row + 1}"


def _raw(texts: pa.Array) -> list[bytes | None]:
    """Returns the bytes of each text; none for values that are not text."""
    if pa.types.is_string(texts.type):
        return list(texts.view(pa.binary()).to_pylist())
    return list(texts.view(pa.large_binary()).to_pylist()) if pa.types.is_large_string(texts.type) else []


def _is_utf8(value: bytes | None) -> bool:
    try:
        (value or b"").decode()
    except UnicodeDecodeError:
        return False
    return True
