"""Second pass: sorts each shard by user and time, assigns a part to each row, and counts items in training."""

from typing import Any

from tfrec_dl.data.interactions import Duplicates
from tfrec_dl.data.prepared.base import Base
from tfrec_dl.data.prepared.configuration import PrepareConfig
from tfrec_dl.data.prepared.engine import parquet, quoted
from tfrec_dl.data.prepared.progress import Progress
from tfrec_dl.data.prepared.work import Work
from tfrec_dl.data.tables.checks import show
from tfrec_dl.errors import InputError
from tfrec_dl.files import replacing

TRAIN, VALIDATION, TEST = 0, 1, 2
FEWEST = 3  # interactions that a user needs to be tested on

SORTED = """
    SELECT * EXCLUDE (length), CASE WHEN length < {fewest} THEN 0 ELSE greatest(2 - remaining, 0) END AS role
    FROM (
        SELECT user, key, item, position, whole, fraction{weight},
            count(*) OVER (PARTITION BY key, user) AS length,
            row_number() OVER (PARTITION BY key, user ORDER BY whole DESC, fraction DESC, position DESC) - 1
                AS remaining
        FROM ({rows})
    )
    ORDER BY key, user, remaining DESC
"""
COLUMNS = "user, key, item, position, whole, fraction{weight}"
OF_SHARD = "SELECT {columns} FROM {rows} WHERE shard = {shard}"
# In time order, ties in table order.
ONE_A_PAIR = """
    QUALIFY row_number() OVER
        (PARTITION BY key, user, item ORDER BY whole {order}, fraction {order}, position {order}) = 1
"""
KEPT: dict[Duplicates, str] = {
    "keep": "",
    "first": ONE_A_PAIR.format(order="ASC"),
    "last": ONE_A_PAIR.format(order="DESC"),
    "error": "",
}
REPEATED = "SELECT user, item FROM {rows} GROUP BY key, user, item HAVING count(*) > 1 LIMIT 1"
COUNTED = """
    SELECT item, count(*) FILTER (role = 0) AS trained, min(position) FILTER (role = 0) AS first
    FROM {rows} GROUP BY item
"""
DRAWN = "SELECT {draw} AS draw FROM {rows} WHERE role = 2"


def sort(
    connection: Any, shards: int, weighted: bool, config: PrepareConfig, base: Base, work: Work, progress: Progress
) -> None:
    """Writes each shard's rows in order, its item counts, and the random numbers of users who can be tested on.

    `remaining` is the number of the user's rows after this one; `role` is the part of a row, as in `leave_last_out`.

    Args:
        connection: connection to DuckDB.
        shards: number of shards.
        weighted: whether rows have weights.
        config: sets how repeated interactions are treated, and the seed of the random numbers.
        base: has the rows before those of the table.
        work: has the pieces; receives the rest, and its folder the rows.
        progress: receives the number of shards.

    Raises:
        InputError: if a user has an item twice, and that is set to be an error.
    """
    pieces = sorted(work.path("pieces").glob("*.parquet"))
    weight = ", weight" if weighted else ""
    columns = COLUMNS.format(weight=weight)
    for shard in range(shards):
        done = work.of_shard("lots", shard)
        if not done.exists():
            parts = [f"SELECT {columns} FROM {parquet([path])}" for path in base.interactions(shard)]
            parts += [OF_SHARD.format(columns=columns, rows=parquet(pieces), shard=shard)]
            chosen = f"SELECT * FROM ({' UNION ALL '.join(parts)}) {KEPT[config.duplicates]}"
            rows = work.interactions(shard)
            _write(connection, SORTED.format(fewest=FEWEST, weight=weight, rows=chosen), rows)
            if config.duplicates == "error":
                _refuse_repeated(connection, rows)
            _write(connection, COUNTED.format(rows=parquet([rows])), work.of_shard("counts", shard))
            # Last, because its existence marks the shard as done.
            _write(connection, DRAWN.format(rows=parquet([rows]), draw=draw(config.seed)), done)
        progress("sorting", shard + 1, shards)


def draw(seed: int) -> str:
    """SQL for the random number of a row's user, the same in every shard; users with the lowest are tested on."""
    return f"md5_number_lower('{seed}:' || CAST(key AS VARCHAR) || user)"


def _refuse_repeated(connection: Any, rows: Any) -> None:
    repeated = connection.execute(REPEATED.format(rows=parquet([rows]))).fetchone()
    if repeated is not None:
        user, item = map(show, repeated)
        raise InputError(f"user {user} has item {item} more than once: choose duplicates='keep', 'first' or 'last'")


def _write(connection: Any, query: str, path: Any) -> None:
    with replacing(path) as temporary:
        connection.execute(f"COPY ({query}) TO {quoted(temporary)} (FORMAT parquet, COMPRESSION zstd)")
