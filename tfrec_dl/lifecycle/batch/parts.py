"""Recommendations for the users of one shard, written to a file that appears only once it is complete."""

from collections.abc import Callable, Sequence

import pyarrow as pa
import pyarrow.parquet

from tfrec_dl.errors import InputError
from tfrec_dl.files import replacing
from tfrec_dl.lifecycle.batch.histories import ShardHistories
from tfrec_dl.lifecycle.batch.job import Job
from tfrec_dl.lifecycle.batch.layouts import LAYOUTS, items_of
from tfrec_dl.lifecycle.batch.user_rules import UserRules
from tfrec_dl.lifecycle.batch.wanted import distinct_rules, read_wanted, rules_of_users
from tfrec_dl.lifecycle.load import load
from tfrec_dl.serving.recommendations import Recommendations
from tfrec_dl.serving.recommender import Recommender

MOST_CHECKED, ASKED_AT_ONCE = 10_000, 256


class PartMaker:
    """Recommends to the users of shards with a loaded export.

    Args:
        job: job to work on.

    Raises:
        InputError: as in `load`, or if the export cannot serve the request.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._recommender = load(job.version)
        job.request.answers(self._recommender, [""], [[]])  # a request for a new user already shows any mistake in it

    def make(self, shard: int, going_on: Callable[[], None]) -> int:
        """Writes the part of a shard.

        Args:
            shard: number of the shard.
            going_on: called before each batch. If it raises, the part is abandoned and nothing of it remains.

        Returns:
            The shard number.
        """
        job, layout, shown = self._job, LAYOUTS[self._job.layout], self._recommender.shown
        schema = layout.schema(shown)
        with (
            replacing(job.part(shard)) as temporary,
            pyarrow.parquet.ParquetWriter(temporary, schema) as writer,
        ):
            found, own = ShardHistories.read(job.pieces, shard), {}
            if job.users is not None:
                found = found.of(read_wanted(job.users, shard))
                own = rules_of_users(job.users, shard) if job.by_user else {}
            for users, histories in found.batches():
                going_on()
                answers = self._answers(users, histories, [own[user] for user in users] if own else [])
                writer.write_table(layout.table(users, answers, described(self._recommender, items_of(answers))))
        return shard

    def check_rules(self) -> None:
        """Tries the rules of users once, except lists of ids, so that invalid rules are rejected before any work.

        Raises:
            InputError: if the export rejects the rules of a row; names the row.
        """
        if self._job.users is not None and self._job.by_user:
            found = distinct_rules(self._job.users, MOST_CHECKED)
            for start in range(0, len(found), ASKED_AT_ONCE):
                some = found[start : start + ASKED_AT_ONCE]
                self._answers([""] * len(some), [[]] * len(some), some)

    def _answers(
        self, users: Sequence[str], histories: Sequence[Sequence[str]], own: Sequence[UserRules]
    ) -> list[Recommendations]:
        """See `Request.answers`; an error about a row's rules names the row."""
        ask = self._job.request.answers
        try:
            return ask(self._recommender, users, histories, own)
        except InputError:
            for user, history, each in zip(users, histories, own, strict=bool(own)):
                try:
                    ask(self._recommender, [user], [history], [each])
                except InputError as error:
                    raise InputError(f"{each.place}: {error}") from error
            raise


def described(recommender: Recommender, items: pa.Array) -> dict[str, pa.Array]:
    """Returns what an export shows about items: maps each column to one text per item."""
    distinct = items.dictionary_encode()
    rows = recommender.describe_items(distinct.dictionary.to_pylist()) if recommender.shown else []
    return {
        name: pa.array([row[name] for row in rows], pa.string()).take(distinct.indices) for name in recommender.shown
    }
