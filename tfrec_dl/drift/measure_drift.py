"""What has changed since a model was trained."""

import logging
import os
import tempfile
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path

from tfrec_dl.arguments import paths_given, require_type
from tfrec_dl.data.prepared.inputs import common_columns, common_time_kind, find_files
from tfrec_dl.data.prepared.partition import partition
from tfrec_dl.data.prepared.progress import Progress, silent
from tfrec_dl.data.tables.columns import Columns, columns_given
from tfrec_dl.disk import disk_explained
from tfrec_dl.drift.measure import checked_limits
from tfrec_dl.drift.measures import NO_PROFILE, measures
from tfrec_dl.drift.report import DriftReport
from tfrec_dl.drift.today import Observer
from tfrec_dl.drift.training import Training
from tfrec_dl.errors import InputError
from tfrec_dl.lifecycle.batch.histories import ShardHistories
from tfrec_dl.lifecycle.batch.recommend import ROWS_A_SHARD
from tfrec_dl.serving.loaded_export import open_export
from tfrec_dl.serving.recommender import Recommender

MOST_SHARDS = 4096

logger = logging.getLogger(__name__)


def measure_drift(
    dest: str | PathLike[str],
    data: str | PathLike[str] | Sequence[str | PathLike[str]],
    columns: Columns | None = None,
    limits: Mapping[str, float] | None = None,
    progress: Progress = silent,
) -> DriftReport:
    """Compares a table of today with the training of an export, from the export alone.

    The table holds whole histories: of every user in it, what they did up to today. It is compared with the profile of
    the training's data and the metrics of the model card; the metrics are measured on each user's last interaction, as
    the export answers to those before. An export of two stages is measured as its retrieval. Memory does not grow with
    the table, but for two numbers a user.

    Args:
        dest: folder of an export, or a version.
        data: table of interactions: CSV (also gzip) or Parquet; files, folders and globs.
        columns: of the table; default `Columns()`.
        limits: measure -> drift above which it is flagged; those that are not named are in
            `tfrec_dl.drift.LIMITS`.
        progress: is called with how far it is.

    Returns:
        What has changed; of exports of earlier versions, without a profile, what can be measured.

    Raises:
        InputError: for bad data, limits that are none, or an export that recommends nothing.
    """
    require_type(limits or {}, Mapping, "limits", "give a dict, measure -> limit, as of tfrec_dl.drift.LIMITS")
    found_limits = checked_limits(limits or {})
    files = find_files([os.path.abspath(path) for path in paths_given(data, "data")])
    columns = common_columns(files, columns_given(columns))
    kind = common_time_kind(files, columns)
    export = open_export(dest)
    recommender, training, vocabulary = Recommender(export), Training.read(export.folder), export.vocabulary()
    if training.profile is None:
        logger.warning("%s: %s.", export.folder, NO_PROFILE)
    observer = Observer(recommender, vocabulary, training)
    rows = sum(file.estimated_rows() for file in files)
    shards = min(max(1, -(-rows // ROWS_A_SHARD)), MOST_SHARDS)
    with tempfile.TemporaryDirectory(prefix="tfrec-dl-drift-") as folder, disk_explained(Path(folder)):
        if not sum(partition(files, columns, kind, shards, Path(folder), progress)):
            raise InputError(f"{files[0].path!r} holds no interactions: it needs at least one row")
        for shard in range(shards):
            for _, histories in ShardHistories.read(Path(folder), shard).batches():
                observer.add(histories)
            progress("measuring", shard + 1, shards)
    today = observer.found()
    found = measures(today, training, vocabulary, found_limits)
    return DriftReport(
        export=str(export.folder),
        users=today.users,
        interactions=today.interactions,
        asked=len(today.ndcg),
        has_profile=training.profile is not None,
        measures={measure.name: measure for measure in found},
    )
