"""Recommendations for all users of a table in one job."""

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

ROWS_A_SHARD = 250_000  # bounds the work lost when a call is killed, and the histories that a process sorts in memory
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
    """Recommends to every user of a table, or to some; after being killed, the same call continues where it stopped.

    Each user gets the same list as from `Recommender.recommend` with the user's items in the table, ordered by time,
    with ties in table order. An export with a ranking stage gives the same list as `Recommender.recommend_ranked`.
    Users are written in no particular order. A job uses one version of the export from start to end. Memory use does
    not grow with the table.

    Args:
        dest: folder of an export, or one of its versions.
        histories: table of interactions as CSV (also gzip) or Parquet: files, folders or globs, whose
            order is that of the table.
        out: file to write; it appears only once it is complete. Its name gives the format: .parquet, .csv, .tsv or
            .csv.gz. Until then, a folder ".NAME.unfinished" beside it holds the work done so far.
        k: number of recommendations per user.
        layout: "long" writes one row per user and rank (user_id, rank, item_id, score, recommendation_id, and the
            columns that the export shows). "lists" writes one row per user (user_id, recommendation_id, item_ids,
            scores, and so on); in CSV, lists are JSON.
        columns: columns of the table; default `Columns()`.
        users: table of the users to recommend to, one row per user, with the same user column as the histories. Users
            without a history are treated as new users. None for all users of the histories.
        rule_columns: columns of `users` with rules per user, named like the fields of `Rules`, or "exclude". Lists are
            ids or conditions separated by commas, or actual lists. Values missing in a row are taken from `rules`; ids
            in "exclude" are added to `exclude`.
        exclude: ids that are recommended to nobody.
        rules: rules for all users.
        context: maps features to values for every request to a ranking stage; features that are not named count as
            missing.
        processes: number of processes that recommend in parallel, each with the export in memory. Above 1, the calling
            program must be guarded by `if __name__ == "__main__"`.
        progress: called with the progress of the job.

    Returns:
        The output file.

    Raises:
        InputError: if the file exists; if its folder holds another unfinished job or is not writable; if the data is
            invalid; or if the export cannot serve the request. Everything that can be checked in advance is rejected
            before any work.
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
    """The table of histories.

    Attributes:
        files: files of the table.
        columns: columns of all files.
        kind: kind of the times.
        shards: number of shards to divide it into.
    """

    files: Sequence[InputFile]
    columns: Columns
    kind: str
    shards: int

    def plan(self) -> dict[str, Any]:
        """Returns what a resumed job must find unchanged."""
        return {
            "files": [asdict(file) for file in self.files],
            "columns": self.columns.named(),
            "shards": self.shards,
            "piece_rows": PIECE_ROWS,
        }


@contextmanager
def _removed_if_refused(unfinished: Unfinished) -> Iterator[None]:
    """Removes the unfinished job if its data cannot be read or its request is rejected."""
    try:
        yield
    except InputError as error:
        if not isinstance(error.__cause__, OSError):  # a full disk or a network failure is temporary
            unfinished.remove()
        raise


def _partition(table: Table, unfinished: Unfinished, progress: Progress) -> None:
    """Divides the table into shards."""
    rows = partition(table.files, table.columns, table.kind, table.shards, unfinished.pieces, progress)
    if not sum(rows):
        raise InputError(f"{table.files[0].path!r} holds no interactions: it needs at least one row")


def _shards(files: Sequence[InputFile]) -> int:
    rows = sum(file.estimated_rows() for file in files)
    return min(max(-(-rows // ROWS_A_SHARD), FEWEST_SHARDS), MOST_SHARDS)
