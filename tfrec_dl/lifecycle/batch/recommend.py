"""Recommendations for all users of a table at once."""

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from tfrec_dl.arguments import names_given, path_given, paths_given
from tfrec_dl.data.prepared.inputs import InputFile, common_columns, common_time_kind, find_files
from tfrec_dl.data.prepared.partition import partition
from tfrec_dl.data.prepared.pieces import PIECE_ROWS
from tfrec_dl.data.prepared.progress import Progress, silent
from tfrec_dl.data.tables.columns import Columns, columns_given
from tfrec_dl.disk import disk_explained
from tfrec_dl.errors import InputError
from tfrec_dl.lifecycle.batch.job import Job
from tfrec_dl.lifecycle.batch.layouts import layout_of
from tfrec_dl.lifecycle.batch.output import join, require_known_format
from tfrec_dl.lifecycle.batch.request import Request
from tfrec_dl.lifecycle.batch.unfinished import VERSION, Unfinished
from tfrec_dl.lifecycle.batch.user_rules import require_rule_names
from tfrec_dl.lifecycle.batch.wanted import require_columns, write_wanted
from tfrec_dl.lifecycle.batch.workers import workers
from tfrec_dl.serving.request_rows import id_list
from tfrec_dl.serving.rules.rules import Rules
from tfrec_dl.serving.versions import resolve_version

ROWS_A_SHARD = 250_000  # what a killed call does again, and, sorted in memory, what a process holds of the histories
FEWEST_SHARDS = 8
MOST_SHARDS = 4096
MOST_PROCESSES = 256

logger = logging.getLogger(__name__)


def batch_recommend(
    dest: str | PathLike[str],
    histories: str | PathLike[str] | Sequence[str | PathLike[str]],
    out: str | PathLike[str],
    k: int = 10,
    layout: str = "long",
    columns: Columns | None = None,
    users: str | PathLike[str] | None = None,
    rule_columns: Sequence[str] = (),
    exclude: Sequence[str] = (),
    rules: Rules | None = None,
    context: Mapping[str, Any] | None = None,
    processes: int = 1,
    progress: Progress = silent,
) -> Path:
    """Recommends to every user of a table, or to some; killed at any moment and called again, goes on where it was.

    Each user gets what `Recommender.recommend` gives after the user's items in the table, in time, ties in table order;
    of an export with a ranking stage what `Recommender.recommend_ranked` gives. Users come in no particular order. A
    job keeps to the version of the export that it began with. Memory does not grow with the table.

    Args:
        dest: folder of an export, or a version.
        histories: table of interactions: CSV (also gzip) or Parquet; files, folders and globs, in the order that counts
            as the table's.
        out: file to write, whole or not at all; its name says the format: .parquet, .csv, .tsv, .csv.gz. Until it is
            there, a folder ".NAME.unfinished" beside it holds what is done.
        k: recommendations a user.
        layout: "long", a row a user and place (user_id, rank, item_id, score, recommendation_id, and what the export
            shows of items); or "lists", a row a user (user_id, recommendation_id, item_ids, scores, and so on; lists
            are JSON in CSV).
        columns: of the table; default `Columns()`.
        users: table of the users to recommend to, a row a user, its column called as that of the histories; those
            without a history are new users. None for all users of the histories.
        rule_columns: columns of `users` with rules of each user, called as the fields of `Rules`, or "exclude". Lists
            are ids or conditions separated by commas, or lists. What a row does not say is as for everybody; ids of
            "exclude" are added to those of everybody.
        exclude: ids that nobody is recommended.
        rules: of every user.
        context: feature -> value of every request to a ranking stage; those that are not named are missing.
        processes: that recommend at the same time, each with the export in memory. Above 1 a program must be guarded by
            `if __name__ == "__main__"`.
        progress: is called with how far it is.

    Returns:
        The file.

    Raises:
        InputError: if the file exists, or its folder holds another unfinished job or cannot be written to; for bad
            data; or if the export cannot do what is asked. What can be known beforehand is refused before any work.
    """
    unfinished = Unfinished(Path(os.path.abspath(path_given(out, "out"))))
    rule_columns, paths = names_given(rule_columns, "rule_columns"), paths_given(histories, "histories")
    request = Request(k, tuple(id_list(exclude, "exclude")), rules, dict(context or {}))
    dest = Path(os.path.abspath(path_given(dest, "dest")))
    require_known_format(unfinished.out)
    unfinished.refuse_other_output()
    if not 1 <= processes <= MOST_PROCESSES:
        raise InputError(f"processes is {processes}, but must be 1 to {MOST_PROCESSES}.")
    resolve_version(dest)
    files = find_files([os.path.abspath(path) for path in paths])
    columns = common_columns(files, columns_given(columns))
    wanted = [] if users is None else find_files([os.path.abspath(path_given(users, "users"))])
    if rule_columns and not wanted:
        raise InputError(f"rule_columns has {rule_columns[0]!r:.80}, a column of users: name their table with users.")
    require_rule_names(rule_columns)
    require_columns(wanted, columns, rule_columns)
    table = Table(files, columns, common_time_kind(files, columns), _shards(files))
    plan = {"dest": str(dest), **table.plan(), "layout": layout_of(layout).name, **asdict(request)}
    plan |= {"users": [asdict(file) for file in wanted]} if wanted else {}
    plan |= {"rule_columns": list(rule_columns)} if rule_columns else {}
    with unfinished.held(), disk_explained(unfinished.out.parent):
        if unfinished.finish_clearing():
            logger.info("%s is already finished", unfinished.out)
            return unfinished.out
        version = unfinished.version() or resolve_version(dest)
        plan |= {VERSION: str(version), "model": InputFile.of(version / "saved_model.pb").modified}
        unfinished.require_same(plan)
        listed = unfinished.users if wanted else None
        job = Job(version, request, layout, unfinished.pieces, unfinished.parts, listed, bool(rule_columns))
        with workers(job, processes) as made_by:
            unfinished.begin(plan)
            with _removed_if_refused(unfinished):
                if wanted and not unfinished.users.exists():
                    write_wanted(wanted, columns, table.shards, unfinished.users, rule_columns)
                made_by.check_rules()
                _partition(table, unfinished, progress)
            left = [shard for shard in range(table.shards) if not job.part(shard).exists()]
            made = table.shards - len(left)
            progress("recommending", made, table.shards)
            for done, _ in enumerate(made_by.make(left), start=made + 1):
                progress("recommending", done, table.shards)
        parts = [job.part(shard) for shard in range(table.shards)]
        listed_users, recommendations = join(parts, layout_of(layout), unfinished.out, unfinished.whole, progress)
        unfinished.publish()
    logger.info("%s: %s recommendations to %s users", unfinished.out, f"{recommendations:,}", f"{listed_users:,}")
    return unfinished.out


@dataclass(frozen=True)
class Table:
    """The histories.

    Attributes:
        files: they are in.
        columns: of all files.
        kind: of the times.
        shards: that they are divided into.
    """

    files: Sequence[InputFile]
    columns: Columns
    kind: str
    shards: int

    def plan(self) -> dict[str, Any]:
        """What a job that goes on must find again."""
        return {
            "files": [asdict(file) for file in self.files],
            "columns": self.columns.named(),
            "shards": self.shards,
            "piece_rows": PIECE_ROWS,
        }


@contextmanager
def _removed_if_refused(unfinished: Unfinished) -> Iterator[None]:
    """What cannot be read, or is refused, leaves nothing behind."""
    try:
        yield
    except InputError as error:
        if not isinstance(error.__cause__, OSError):  # a full disk or a network's failure passes
            unfinished.remove()
        raise


def _partition(table: Table, unfinished: Unfinished, progress: Progress) -> None:
    """Divides the table."""
    rows = partition(table.files, table.columns, table.kind, table.shards, unfinished.pieces, progress)
    if not sum(rows):
        raise InputError(f"{table.files[0].path!r} holds no interactions: it needs at least one row")


def _shards(files: Sequence[InputFile]) -> int:
    rows = sum(file.estimated_rows() for file in files)
    return min(max(-(-rows // ROWS_A_SHARD), FEWEST_SHARDS), MOST_SHARDS)
