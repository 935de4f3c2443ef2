"""The users that a job is for, where it is not for all of the table, by shard."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from tfrec_dl.data.prepared.inputs import InputFile
from tfrec_dl.data.tables.checks import checked_ids
from tfrec_dl.data.tables.columns import Columns, MissingColumnError
from tfrec_dl.data.tables.reading import TableFile
from tfrec_dl.errors import InputError
from tfrec_dl.files import replacing

SCHEMA = pa.schema([("user", pa.string()), ("shard", pa.int32())])


def require_users(files: Sequence[InputFile], columns: Columns) -> None:
    """Raises InputError where a table has no column of users, or cannot be read."""
    for file in files:
        if columns.user not in file.table.header:
            raise MissingColumnError(columns.user, file.table.header, file.table.name)


def write_wanted(files: Sequence[InputFile], columns: Columns, shards: int, path: Path) -> None:
    """Writes the users of a table with the shards that `partition` puts their rows in, batch by batch.

    Args:
        files: the table, a row a user; its other columns are not read.
        columns: the name of its column.
        shards: how many.
        path: of the file, which appears whole or not at all.

    Raises:
        InputError: for a missing id, or a table without rows.
    """
    count = 0
    with replacing(path) as temporary, pyarrow.parquet.ParquetWriter(temporary, SCHEMA) as writer:
        for file in files:
            for ids in _batches(file, columns.user):
                shard = (pd.util.hash_array(ids, categorize=False) % np.uint64(shards)).astype(np.int32)
                writer.write_table(pa.table([pa.array(ids, pa.string()), pa.array(shard)], schema=SCHEMA))
                count += len(ids)
        if not count:
            raise InputError(f"{files[0].path!r} holds no users: it needs at least one row")


def read_wanted(path: Path, shard: int) -> pa.Array:
    """The users of a shard, each once, as text."""
    return pyarrow.parquet.read_table(path, filters=[("shard", "=", shard)])["user"].combine_chunks().unique()


def _batches(file: InputFile, column: str) -> Iterator[np.ndarray]:
    """The ids of a file, those of a batch each once, object (str)."""
    table, start = file.table, 0
    for batch in table.batches([column], [column]):
        if batch.num_rows:
            frame = table.frame(pa.Table.from_batches([batch]), [], start)
            yield checked_ids(frame[column], column, partial(_place, table, start))[1]
            start += batch.num_rows


def _place(table: TableFile, start: int, row: int) -> str:
    """Where a row is, counted from 0 after those before `start`."""
    return table.place(start + row)
