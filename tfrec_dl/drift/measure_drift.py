"""Measurement of drift: reads a table of today and compares it with the training of an export."""

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
    """Compares a table of today with the training of an export, using only the export and the table.

    The table holds complete histories: everything that each of its users did up to today. It is compared with the
    profile of the training data and the metrics of the model card. The metrics are measured on each user's last
    interaction: the export recommends from all interactions before it. A two-stage export is measured on its retrieval.
    Memory does not grow with the table, except for one number per user.

    Args:
        dest: folder of an export, or one of its versions.
        data: table of interactions as CSV (also gzip) or Parquet: files, folders or globs.
        columns: columns of the table; None for `Columns()`.
        limits: maps measures to the drift above which they are flagged. The others have the limits of
            `tfrec_dl.drift.LIMITS`.
        progress: called with the progress of each step.

    Returns:
        The report. For an export of an earlier version, which has no profile, it holds what can be measured.

    Raises:
        InputError: if the data or the limits are invalid, or the export does not recommend items.
    """
    require_type(limits or {}, Mapping, "limits", "give a dict of measures and limits, such as tfrec_dl.drift.LIMITS")
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
