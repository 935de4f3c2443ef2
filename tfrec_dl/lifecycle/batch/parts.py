"""Recommendations for the users of one shard, as a file that appears whole or not at all."""

from collections.abc import Callable

import pyarrow as pa
import pyarrow.parquet

from tfrec_dl.files import replacing
from tfrec_dl.lifecycle.batch.histories import ShardHistories
from tfrec_dl.lifecycle.batch.job import Job
from tfrec_dl.lifecycle.batch.layouts import LAYOUTS, items_of
from tfrec_dl.lifecycle.batch.wanted import read_wanted
from tfrec_dl.lifecycle.load import load
from tfrec_dl.serving.recommender import Recommender


class PartMaker:
    """An export, loaded, that recommends to the users of shards.

    Args:
        job: what to make.

    Raises:
        InputError: as `load`, or if the export cannot do what is asked.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._recommender = load(job.version)
        job.request.answers(self._recommender, [""], [[]])  # what is wrong with the request shows for a new user too

    def make(self, shard: int, going_on: Callable[[], None]) -> int:
        """Writes the part of a shard.

        Args:
            shard: its number.
            going_on: is called before each batch; what it raises ends the part, of which nothing is left.

        Returns:
            The shard.
        """
        job, layout, shown = self._job, LAYOUTS[self._job.layout], self._recommender.shown
        schema = layout.schema(shown)
        with (
            replacing(job.part(shard)) as temporary,
            pyarrow.parquet.ParquetWriter(temporary, schema) as writer,
        ):
            found = ShardHistories.read(job.pieces, shard)
            if job.users is not None:
                found = found.of(read_wanted(job.users, shard))
            for users, histories in found.batches():
                going_on()
                answers = job.request.answers(self._recommender, users, histories)
                writer.write_table(layout.table(users, answers, described(self._recommender, items_of(answers))))
        return shard


def described(recommender: Recommender, items: pa.Array) -> dict[str, pa.Array]:
    """What an export shows of items: name of a column -> a text for each."""
    distinct = items.dictionary_encode()
    rows = recommender.describe_items(distinct.dictionary.to_pylist()) if recommender.shown else []
    return {
        name: pa.array([row[name] for row in rows], pa.string()).take(distinct.indices) for name in recommender.shown
    }
