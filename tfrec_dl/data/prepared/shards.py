"""Third pass: writes each shard's histories as TFRecords, and the cases of the users sampled for evaluation."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import tensorflow as tf

from tfrec_dl.data.prepared.engine import parquet, stream
from tfrec_dl.data.prepared.progress import Progress
from tfrec_dl.data.prepared.records import encode
from tfrec_dl.data.prepared.sort import TEST, TRAIN, VALIDATION, draw
from tfrec_dl.data.prepared.work import Work, read_json
from tfrec_dl.data.vocabulary import UNKNOWN
from tfrec_dl.files import replacing, write_json

CASES = pa.schema(
    {"user_id": pa.string(), "history": pa.list_(pa.int32()), "validation": pa.int32(), "test": pa.int32()}
)
INDEXED = """
    SELECT s.user, s.remaining, s.role, coalesce(v.index, {unknown}) AS item{weight},
        CASE WHEN s.role = 2 THEN {draw} <= {highest} ELSE false END AS drawn
    FROM {rows} s LEFT JOIN {vocabulary} v ON s.item = v.item
    ORDER BY s.file_row_number
"""


class Users(NamedTuple):
    """Complete data of some users.

    Attributes:
        ids: [U] object (str).
        items: [n] int32, the training histories one after the other, only items of the vocabulary.
        offsets: [U + 1] int64 offsets of the histories in `items`.
        weights: [n] float32, or None.
        validation: [U] int32 index of the next item; 1 outside the vocabulary, 0 if the user has none.
        test: [U] int32 index of the item after that, likewise.
        drawn: [U] bool, whether to evaluate on them.
        dropped: number of training interactions with items outside the vocabulary.
    """

    ids: np.ndarray
    items: np.ndarray
    offsets: np.ndarray
    weights: np.ndarray | None
    validation: np.ndarray
    test: np.ndarray
    drawn: np.ndarray
    dropped: int

    def records(self) -> Iterator[bytes]:
        """Yields one record per user."""
        for row, user in enumerate(self.ids):
            part = slice(self.offsets[row], self.offsets[row + 1])
            weights = None if self.weights is None else self.weights[part]
            validation, test = int(self.validation[row]) or None, int(self.test[row]) or None
            yield encode(user, self.items[part], weights, validation, test)

    def cases(self) -> pa.Table:
        """Returns the sampled users with the schema `CASES`."""
        histories = pa.ListArray.from_arrays(pa.array(self.offsets, pa.int32()), pa.array(self.items))
        columns = [pa.array(self.ids, pa.string()), histories, pa.array(self.validation), pa.array(self.test)]
        return pa.table(columns, schema=CASES).filter(pa.array(self.drawn))


def write_shards(
    connection: Any, shards: int, weighted: bool, seed: int, highest: int, work: Work, progress: Progress
) -> list[dict[str, Any]]:
    """Writes the shards.

    Args:
        connection: connection to DuckDB.
        shards: number of shards.
        weighted: whether rows have weights.
        seed: seed of the users' random numbers.
        highest: highest random number of a sampled user.
        work: has the vocabulary; its folder has `interactions/` and receives `shards/`.
        progress: receives the number of shards.

    Returns:
        Facts of each shard: name, bytes and SHA-256 of its file; users; interactions trained, dropped, validation,
        test; lengths, the number of histories of each length.
    """
    vocabulary = parquet([work.path("vocabulary.parquet")])
    facts = []
    for shard in range(shards):
        finished = work.of_shard("facts", shard, "json")
        if not finished.exists():
            rows = parquet([work.interactions(shard)], ", file_row_number = true")
            query = INDEXED.format(
                unknown=UNKNOWN,
                weight=", s.weight" if weighted else "",
                draw=draw(seed),
                highest=highest,
                rows=rows,
                vocabulary=vocabulary,
            )
            name = f"histories-{shard:05d}-of-{shards:05d}.tfrecord"
            found = _write_shard(whole_users(stream(connection, query)), name, work.of_shard("evaluation", shard), work)
            write_json(finished, found)  # last, because its existence marks the shard as done
        facts.append(read_json(finished))
        progress("writing", shard + 1, shards)
    return facts


def _write_shard(users: Iterator[Users], name: str, cases: Any, work: Work) -> dict[str, Any]:
    totals: Counter[str] = Counter()
    lengths: Counter[int] = Counter()
    path = work.folder / "shards" / name
    with (
        replacing(cases) as cases_file,
        pyarrow.parquet.ParquetWriter(cases_file, CASES) as drawn,
        replacing(path) as records,
        tf.io.TFRecordWriter(str(records)) as shard,
    ):
        for some in users:
            for record in some.records():
                shard.write(record)
            drawn.write_table(some.cases())
            lengths.update(np.diff(some.offsets).tolist())
            totals.update(
                users=len(some.ids),
                trained=len(some.items),
                dropped=some.dropped,
                validation=int(np.count_nonzero(some.validation)),
                test=int(np.count_nonzero(some.test)),
                drawn=int(np.count_nonzero(some.drawn)),
            )
    names = ("users", "trained", "dropped", "validation", "test", "drawn")
    return {
        "name": name,
        "bytes": path.stat().st_size,
        "sha256": file_digest(path),
        **{each: totals[each] for each in names},
        "lengths": sorted(lengths.items()),
    }


def whole_users(batches: Iterator[pa.RecordBatch]) -> Iterator[Users]:
    """Cuts ordered rows at the ends of users."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        ends = np.flatnonzero(batch.column("remaining").to_numpy() == 0)
        if len(ends):
            cut = int(ends[-1]) + 1
            yield _users(pa.Table.from_batches([*held, batch.slice(0, cut)]))
            held, batch = [], batch.slice(cut)
        if batch.num_rows:
            held.append(batch)


def _users(rows: pa.Table) -> Users:
    """Converts the rows of complete users."""
    role, item = rows["role"].to_numpy(), rows["item"].to_numpy()
    ends = np.flatnonzero(rows["remaining"].to_numpy() == 0)
    lengths = np.diff(ends, prepend=-1)
    user = np.repeat(np.arange(len(ends)), lengths)
    kept = (role == TRAIN) & (item != UNKNOWN)
    targets = {}
    for part in (VALIDATION, TEST):
        targets[part] = np.zeros(len(ends), np.int32)
        targets[part][user[role == part]] = item[role == part]
    return Users(
        ids=rows["user"].take(ends).to_numpy(zero_copy_only=False),
        items=item[kept],
        offsets=np.concatenate([[0], np.cumsum(np.bincount(user[kept], minlength=len(ends)))]),
        weights=rows["weight"].to_numpy()[kept] if "weight" in rows.column_names else None,
        validation=targets[VALIDATION],
        test=targets[TEST],
        drawn=rows["drawn"].to_numpy(zero_copy_only=False)[ends],
        dropped=int(np.count_nonzero((role == TRAIN) & (item == UNKNOWN))),
    )


def file_digest(path: Any) -> str:
    """SHA-256 of a file in 64 hexadecimal digits."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
