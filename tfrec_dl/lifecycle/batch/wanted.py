"""The users that a job is for, where it is not for all of the table, by shard; with rules of their own, or without."""

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
    """Raises InputError where a table of users lacks its column of users or one of rules, or cannot be read."""
    for file in files:
        for name in (columns.user, *rules):
            if name not in file.table.header:
                raise MissingColumnError(name, file.table.header, file.table.name)


def write_wanted(
    files: Sequence[InputFile], columns: Columns, shards: int, path: Path, rules: Sequence[str] = ()
) -> None:
    """Writes the users of a table with the shards that `partition` puts their rows in, batch by batch.

    Args:
        files: the table, a row a user; columns that are not named are not read.
        columns: the name of its column.
        shards: how many.
        path: of the file, which appears whole or not at all.
        rules: columns of rules of each user.

    Raises:
        InputError: for a missing id, a table without rows, a value that is no rule, or a user with rules of several
            kinds.
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
    """The users of a shard, each once, as text."""
    rows = pyarrow.parquet.read_table(path, columns=["user"], filters=[("shard", "=", shard)])
    return rows["user"].combine_chunks().unique()


def rules_of_users(path: Path, shard: int) -> dict[str, UserRules]:
    """User -> rules, of the users of a shard.

    Raises:
        InputError: if two rows of a user say different things.
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
    """Rows that stand for all, but for lists of ids: the first ones of each shape, `most` at most."""
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
    """The ids of a file, object (str): those of a batch each once; with rules each row, and what `WITH_RULES` adds."""
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
    """Where a row is, counted from 0 after those before `start`."""
    return table.place(start + row)
