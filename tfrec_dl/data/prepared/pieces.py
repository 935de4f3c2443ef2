"""A file as pieces of equal size, each checked as the in-memory reader checks a table."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa

from tfrec_dl.data.prepared.inputs import time_kind
from tfrec_dl.data.tables.checks import checked_ids, checked_numbers, checked_times
from tfrec_dl.data.tables.columns import Columns
from tfrec_dl.data.tables.reading import TableFile
from tfrec_dl.errors import InputError

PIECE_ROWS = 1_000_000
LARGEST = np.iinfo(np.int64).max


def pieces(table: TableFile, columns: Columns, size: int, first: int = 0) -> Iterator[pa.Table]:
    """The rows of a file, in pieces.

    Args:
        table: the file.
        columns: to read.
        size: rows a piece.
        first: number of the first piece to read.

    Yields:
        Pieces in file order; the last one may be smaller.
    """
    names = list(columns.named().values())
    held: list[pa.RecordBatch] = []
    count = 0
    for batch in table.batches(names, [columns.user, columns.item], first * size):
        while count + batch.num_rows >= size:
            cut = size - count
            yield pa.Table.from_batches([*held, batch.slice(0, cut)])
            batch, held, count = batch.slice(cut), [], 0
        if batch.num_rows:
            held.append(batch)
            count += batch.num_rows
    if held:
        yield pa.Table.from_batches(held)


def checked(table: TableFile, piece: pa.Table, columns: Columns, start: int, kind: str) -> pa.Table:
    """Checks a piece, and gives its columns the types that the engine works on.

    Args:
        table: the file.
        piece: some of its rows.
        columns: its columns.
        start: number of the piece's first row in the file, from 0.
        kind: of the times of all files, as `common_time_kind` has it.

    Returns:
        Columns user and item (text), key (uint64, a hash of the user), whole (int64) and fraction (float64) of the
        time, row (int64, number in the file), and weight (float32) where there are weights.

    Raises:
        InputError: for an invalid value; the message names file, row, column and value.
    """

    def locate(row: int) -> str:
        return f"{table.locate(start + row)} of {table.name}"

    frame = table.frame(piece, [columns.user, columns.item])
    codes, ids = checked_ids(frame[columns.user], columns.user, locate)
    found = {
        "user": _texts(codes, ids),
        "item": _texts(*checked_ids(frame[columns.item], columns.item, locate)),
        "key": pd.util.hash_array(ids, categorize=False)[codes],
        "row": np.arange(start, start + len(frame)),
    }
    found["whole"], found["fraction"] = np.zeros(len(frame), np.int64), np.zeros(len(frame))
    if columns.time is not None:
        times = checked_times(frame[columns.time], columns.time, locate)
        own = time_kind(frame[columns.time])
        if own != kind:
            raise InputError(
                f"column {columns.time!r}, {locate(0)}: the times from here on are {own}, and {kind} before: "
                "give all rows the same"
            )
        found["whole"], found["fraction"] = _exact(times)
    if columns.weight is not None:
        found["weight"] = checked_numbers(frame[columns.weight], columns.weight, locate, "weight")
    return pa.table(found)


def _texts(codes: np.ndarray, ids: np.ndarray) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(ids, pa.string()))


def _exact(times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Times as two numbers that sort as they do, whether a piece has whole ones, int64, or others, float64."""
    if times.dtype.kind == "i":
        return times, np.zeros(len(times))
    floor = np.floor(times)
    large = np.abs(floor) >= LARGEST
    whole = np.where(large, 0, floor).astype(np.int64)
    whole[large] = np.where(times[large] > 0, LARGEST, -LARGEST)
    return whole, np.where(large, times, times - floor)
