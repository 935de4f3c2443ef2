"""Between the passes: builds the vocabulary and samples the users to evaluate on."""

from typing import Any

import numpy as np

from tfrec_dl.data.prepared.engine import parquet, quoted
from tfrec_dl.data.prepared.sort import FEWEST
from tfrec_dl.data.prepared.work import Work, read_json
from tfrec_dl.data.vocabulary import FIRST_ITEM, Vocabulary
from tfrec_dl.errors import InputError
from tfrec_dl.files import replacing, write_json


def count_items(connection: Any, shards: int, min_count: int, work: Work) -> int:
    """Writes the vocabulary, the same as `Vocabulary.build` makes of the training interactions in table order.

    Args:
        connection: connection to DuckDB.
        shards: number of shards.
        min_count: fewest training interactions that an item needs.
        work: has the counts; receives "vocabulary.parquet" (item, index), and its folder the vocabulary itself.

    Returns:
        Number of distinct items in the table.

    Raises:
        InputError: if no item reaches `min_count`.
    """
    finished = work.path("items.json")
    if finished.exists():
        return int(read_json(finished))
    counts = parquet(work.of_shard("counts", shard) for shard in range(shards))
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE counted AS "
        f"SELECT item, CAST(sum(trained) AS BIGINT) AS trained, min(first) AS first FROM {counts} GROUP BY item"
    )
    [(items, most)] = connection.execute("SELECT count(*), max(trained) FROM counted").fetchall()
    if most < min_count:
        raise InputError(f"min_count is {min_count}, but no item has more than {most} training interactions")
    with replacing(work.path("vocabulary.parquet")) as temporary:
        connection.execute(
            f"COPY (SELECT item, CAST(row_number() OVER (ORDER BY trained DESC, first) + {FIRST_ITEM - 1} AS INTEGER) "
            f"AS index, trained FROM counted WHERE trained >= {min_count} ORDER BY index) "
            f"TO {quoted(temporary)} (FORMAT parquet)"
        )
    connection.execute("DROP TABLE counted")
    known = connection.execute(
        f"SELECT item, trained FROM {parquet([work.path('vocabulary.parquet')])} ORDER BY index"
    ).fetchnumpy()
    Vocabulary(np.asarray(known["item"], object), np.asarray(known["trained"])).save(work.folder / "vocabulary.txt")
    write_json(finished, items)
    return int(items)


def draw_users(connection: Any, shards: int, wanted: int, work: Work) -> tuple[int, int]:
    """Samples the users to validate and test on: those with the lowest random numbers.

    Args:
        connection: connection to DuckDB.
        shards: number of shards.
        wanted: number of users to sample.
        work: has the users' random numbers.

    Returns:
        The highest random number sampled, and the number of users that could have been sampled.

    Raises:
        InputError: if there are no such users.
    """
    lots = parquet(work.of_shard("lots", shard) for shard in range(shards))
    [(able,)] = connection.execute(f"SELECT count(*) FROM {lots}").fetchall()
    if not able:
        rows = parquet(work.interactions(shard) for shard in range(shards))
        [(longest,)] = connection.execute(f"SELECT max(remaining) + 1 FROM {rows}").fetchall()
        raise InputError(
            f"no user has the {FEWEST} interactions that leave-last-out needs; the longest history has {longest}"
        )
    [(highest,)] = connection.execute(
        f"SELECT max(draw) FROM (SELECT draw FROM {lots} ORDER BY draw LIMIT {wanted})"
    ).fetchall()
    return int(highest), int(able)
