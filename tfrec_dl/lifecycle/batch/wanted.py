"""The users to recommend to, by shard, with or without rules of their own."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

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
from tfrec_dl.lifecycle.batch.user_rules import UserRules, rule_texts

SCHEMA = pa.schema([("user", pa.string()), ("shard", pa.int32())])
WITH_RULES = pa.schema([*SCHEMA, ("rules", pa.string()), ("file", pa.string()), ("row", pa.int64())])


def require_columns(files: Sequence[InputFile], columns: Columns, rules: Sequence[str]) -> None:
    """Raises InputError if a table of users cannot be read, or lacks its user column or a rule column."""
    for file in files:
        for name in (columns.user, *rules):
            if name not in file.table.header:
                raise MissingColumnError(name, file.table.header, file.table.name)


def write_wanted(
    files: Sequence[InputFile], columns: Columns, shards: int, path: Path, rules: Sequence[str] = ()
) -> None:
    """Writes the users of a table, batch by batch, with the shards that `partition` assigns them to.

    Args:
        files: the table, one row per user; only the named columns are read.
        columns: names the user column.
        shards: number of shards.
        path: file to write; it appears only once it is complete.
        rules: columns with rules per user.

    Raises:
        InputError: if an id is missing, the table has no rows, a value is not a valid rule, or the rows of a user have
            different rules.
    """
    count = 0
    schema = WITH_RULES if rules else SCHEMA
    with replacing(path) as temporary:
        with pyarrow.parquet.ParquetWriter(temporary, schema) as writer:
            for file in files:
                for ids, more in _batches(file, columns.user, rules):
                    shard = (pd.util.hash_array(ids, categorize=False) % np.uint64(shards)).astype(np.int32)
                    found = [pa.array(ids, pa.string()), pa.array(shard), *map(pa.array, more)]
                    writer.write_table(pa.table(found, schema=schema))
                    count += len(ids)
        if not count:
            raise InputError(f"{files[0].path!r} holds no users: it needs at least one row")
        for shard in range(shards if rules else 0):
            rules_of_users(temporary, shard)


def read_wanted(path: Path, shard: int) -> pa.Array:
    """Returns the distinct users of a shard as text."""
    rows = pyarrow.parquet.read_table(path, columns=["user"], filters=[("shard", "=", shard)])
    return rows["user"].combine_chunks().unique()


def rules_of_users(path: Path, shard: int) -> dict[str, UserRules]:
    """Maps the users of a shard to their rules.

    Raises:
        InputError: if two rows of the same user differ.
    """
    names = ["user", "rules", "file", "row"]
    rows = pyarrow.parquet.read_table(path, columns=names, filters=[("shard", "=", shard)])
    found: dict[str, UserRules] = {}
    for user, *each in zip(*(rows[name].to_pylist() for name in names), strict=True):
        own = UserRules(*each)
        before = found.setdefault(user, own)
        if before.text != own.text:
            raise InputError(
                f"{own.place}: user {user!r:.80} has other rules in {before.place}: leave one of them out."
            )
    return found


def distinct_rules(path: Path, most: int) -> list[UserRules]:
    """Returns representative rows, ignoring lists of ids: the first row of each shape, at most `most`."""
    found: dict[str, UserRules] = {}
    with pyarrow.parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(columns=["rules", "file", "row"]):
            for each in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                own = UserRules(*each)
                found.setdefault(own.shape(), own)
                if len(found) == most:
                    return list(found.values())
    return list(found.values())


def _batches(file: InputFile, column: str, rules: Sequence[str]) -> Iterator[tuple[np.ndarray, list[list[Any]]]]:
    """Yields the ids of a file, object (str): distinct per batch; with rules, all rows with what `WITH_RULES` adds."""
    table, start = file.table, 0
    for batch in table.batches([column, *rules], [column]):
        if batch.num_rows:
            frame = table.frame(pa.Table.from_batches([batch]), [], start)
            codes, ids = checked_ids(frame[column], column, partial(_place, table, start))
            if rules:
                rows = list(range(start, start + len(frame)))
                yield ids[codes], [rule_texts(frame, rules, table, start), [file.path] * len(frame), rows]
            else:
                yield ids, []
            start += batch.num_rows


def _place(table: TableFile, start: int, row: int) -> str:
    """Describes the location of a row, counted from 0 after those before `start`."""
    return table.place(start + row)
