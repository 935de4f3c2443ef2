"""Reads a file as pieces of equal size, each checked as the in-memory reader checks a table."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa

from tfrec_dl.data.tables.columns import Columns
from tfrec_dl.data.tables.interaction_rows import checked_rows
from tfrec_dl.data.tables.reading import TableFile
from tfrec_dl.errors import InputError

PIECE_ROWS = 1_000_000


def pieces(table: TableFile, columns: Columns, size: int, first: int = 0) -> Iterator[pa.Table]:
    """Yields the rows of a file in pieces.

    Args:
        table: the file.
        columns: columns to read.
        size: rows per piece.
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
    """Checks a piece, and gives its columns the types that DuckDB works on.

    Args:
        table: the file.
        piece: some of its rows.
        columns: its columns; ratings are checked, then dropped.
        start: number of the piece's first row in the file, from 0.
        kind: kind of the times of all files, the result of `common_time_kind`.

    Returns:
        Columns user and item (text), key (uint64, a hash of the user), whole (int64) and fraction (float64) of the
        time, row (int64, number in the file), and weight (float32) if there are weights.

    Raises:
        InputError: if a value is invalid; the message names file, row, column and value.
    """
    ids = (columns.user, columns.item)
    frame = table.frame(piece, [name for name in piece.column_names if name not in ids], start)
    rows = checked_rows(frame, columns, lambda row: table.place(start + row))
    found = {
        "user": _texts(rows.users, rows.user_ids),
        "item": _texts(rows.items, rows.item_ids),
        "key": pd.util.hash_array(rows.user_ids, categorize=False)[rows.users],
        "row": np.arange(start, start + len(frame)),
    }
    found["whole"], found["fraction"] = np.zeros(len(frame), np.int64), np.zeros(len(frame))
    if rows.times is not None:
        if rows.times.kind != kind:
            raise InputError(
                f"column {columns.time!r}, {table.place(start)}: the times from here on are {rows.times.kind}, and "
                f"{kind} before: give all rows the same"
            )
        found["whole"], found["fraction"] = rows.times.parts()
    if rows.weights is not None:
        found["weight"] = rows.weights
    return pa.table(found)


def _texts(codes: np.ndarray, ids: np.ndarray) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(ids, pa.string()))
