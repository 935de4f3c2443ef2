"""First pass: checks the pieces of a table and writes their rows by shard; resumes after the last piece."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from tfrec_dl.data.prepared.inputs import InputFile
from tfrec_dl.data.prepared.pieces import PIECE_ROWS, checked, pieces
from tfrec_dl.data.prepared.progress import Progress
from tfrec_dl.data.prepared.work import read_json
from tfrec_dl.data.tables.columns import Columns
from tfrec_dl.files import replacing, write_json

GROUP_ROWS = 20_480  # rows per group of a piece's Parquet file: reading a shard skips the groups of other shards
FILE_BITS = 40  # bits of a row's position below those of the file's number


def partition(
    files: Sequence[InputFile],
    columns: Columns,
    kind: str,
    shards: int,
    folder: Path,
    progress: Progress,
    earlier: int = 0,
) -> list[int]:
    """Writes the rows of all files piece by piece, grouped by shard; resumes after the pieces that exist.

    A shard contains whole users, chosen by a hash. A row's `position` orders all rows as the table does.

    Args:
        files: files of the table.
        columns: columns to read.
        kind: kind of the times, the result of `common_time_kind`.
        shards: number of shards.
        folder: existing folder for the pieces.
        progress: receives the number of rows.
        earlier: number of files that came before these, for the positions.

    Returns:
        Number of rows in each file.

    Raises:
        InputError: as `checked`.
    """
    counted = [file.table.row_count for file in files]
    total = sum(rows or 0 for rows in counted) if None not in counted else None
    rows = [0] * len(files)
    for index, file in enumerate(files):
        finished = folder / f"{index:05d}.json"
        if not finished.exists():
            _partition_file(index, file, columns, kind, shards, folder, progress, sum(rows), total, earlier)
            write_json(finished, sum(_rows_of(folder, index)))
        rows[index] = read_json(finished)
        progress("reading", sum(rows), total)
    return rows


def _partition_file(
    index: int,
    file: InputFile,
    columns: Columns,
    kind: str,
    shards: int,
    folder: Path,
    progress: Progress,
    before: int,
    total: int | None,
    earlier: int,
) -> None:
    first = len(_rows_of(folder, index))
    columns = columns.resolve(file.table.header, file.table.name)  # with ratings, if this file has them
    for number, piece in enumerate(pieces(file.table, columns, PIECE_ROWS, first), start=first):
        start = number * PIECE_ROWS
        rows = _by_shard(checked(file.table, piece, columns, start, kind), earlier + index, shards)
        with replacing(_piece(folder, index, number)) as temporary:
            pyarrow.parquet.write_table(rows, temporary, row_group_size=GROUP_ROWS)
        progress("reading", before + start + piece.num_rows, total)


def _by_shard(rows: pa.Table, file: int, shards: int) -> pa.Table:
    """Returns the rows ordered by their `shard`, with their `position`."""
    shard = (rows["key"].to_numpy() % np.uint64(shards)).astype(np.int32)
    position = rows["row"].to_numpy() + (file << FILE_BITS)
    rows = rows.drop_columns(["row"]).append_column("position", pa.array(position))
    rows = rows.append_column("shard", pa.array(shard)).take(np.argsort(shard, kind="stable"))
    for name in ("user", "item"):  # otherwise Parquet would store a piece's dictionary with each group of rows
        rows = rows.set_column(rows.column_names.index(name), name, rows[name].cast(pa.string()))
    return rows


def _piece(folder: Path, file: int, number: int) -> Path:
    return folder / f"{file:05d}-{number:07d}.parquet"


def _rows_of(folder: Path, file: int) -> list[int]:
    """Returns the number of rows of each existing piece of a file; pieces are written in order."""
    found: list[int] = []
    while (path := _piece(folder, file, len(found))).exists():
        found.append(pyarrow.parquet.read_metadata(path).num_rows)
    return found
