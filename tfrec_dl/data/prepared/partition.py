"""The first pass: each piece of the input is checked, and its rows are put together by shard."""

from collections.abc import Sequence
from typing import Any

import pyarrow.parquet

from tfrec_dl.data.prepared.engine import quoted
from tfrec_dl.data.prepared.inputs import InputFile
from tfrec_dl.data.prepared.pieces import PIECE_ROWS, checked, pieces
from tfrec_dl.data.prepared.progress import Progress
from tfrec_dl.data.prepared.work import Work, read_json
from tfrec_dl.data.tables.columns import Columns
from tfrec_dl.files import replacing, write_json

GROUP_ROWS = 20_480  # of a piece's Parquet file: reading a shard skips the groups of the others
FILE_BITS = 40  # of a row's position, those below the file's number


def partition(
    connection: Any,
    files: Sequence[InputFile],
    columns: Columns,
    kind: str,
    shards: int,
    work: Work,
    progress: Progress,
) -> list[int]:
    """Writes the rows of all files, piece by piece, those of a shard together; goes on after the pieces that exist.

    A shard holds whole users, chosen by a hash. A row's `position` orders all rows as the table does.

    Args:
        connection: to the engine.
        files: the table.
        columns: to read.
        kind: of the times, as `common_time_kind` has it.
        shards: how many.
        work: gets the pieces.
        progress: counts rows.

    Returns:
        Rows of each file.

    Raises:
        InputError: as `checked`.
    """
    counted = [file.table.row_count for file in files]
    total = sum(rows or 0 for rows in counted) if None not in counted else None
    rows = [0] * len(files)
    for index, file in enumerate(files):
        finished = work.path("rows", f"{index:05d}.json")
        if not finished.exists():
            _partition_file(connection, index, file, columns, kind, shards, work, progress, sum(rows), total)
            write_json(finished, sum(_rows_of(work, index)))
        rows[index] = read_json(finished)
        progress("reading", sum(rows), total)
    return rows


def _partition_file(
    connection: Any,
    index: int,
    file: InputFile,
    columns: Columns,
    kind: str,
    shards: int,
    work: Work,
    progress: Progress,
    before: int,
    total: int | None,
) -> None:
    first = len(_rows_of(work, index))
    columns = columns.resolve(file.table.header, file.table.name)  # with ratings, where this file has them
    for number, piece in enumerate(pieces(file.table, columns, PIECE_ROWS, first), start=first):
        start = number * PIECE_ROWS
        connection.register("piece", checked(file.table, piece, columns, start, kind))
        with replacing(work.piece(index, number)) as temporary:
            connection.execute(
                f"COPY (SELECT * EXCLUDE (row), row + {index << FILE_BITS} AS position, "
                f"CAST(key % {shards} AS INTEGER) AS shard FROM piece ORDER BY shard) "
                f"TO {quoted(temporary)} (FORMAT parquet, ROW_GROUP_SIZE {GROUP_ROWS})"
            )
        connection.unregister("piece")
        progress("reading", before + start + piece.num_rows, total)


def _rows_of(work: Work, file: int) -> list[int]:
    """Rows of each piece that exists of a file; they are written in order."""
    found: list[int] = []
    while (path := work.piece(file, len(found))).exists():
        found.append(pyarrow.parquet.read_metadata(path).num_rows)
    return found
