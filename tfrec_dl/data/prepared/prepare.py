"""Prepares a table that need not fit in memory: writes shards of user histories."""

import importlib.metadata
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import pyarrow.parquet

from tfrec_dl.arguments import require_type
from tfrec_dl.data.prepared.base import Base
from tfrec_dl.data.prepared.configuration import PrepareConfig
from tfrec_dl.data.prepared.counting import count_items, draw_users
from tfrec_dl.data.prepared.engine import engine, parquet
from tfrec_dl.data.prepared.folder import FORMAT, PreparedFolder, fingerprint, write_lengths
from tfrec_dl.data.prepared.inputs import InputFile, common_columns, common_time_kind, find_files
from tfrec_dl.data.prepared.partition import partition
from tfrec_dl.data.prepared.pieces import PIECE_ROWS
from tfrec_dl.data.prepared.progress import Progress, silent
from tfrec_dl.data.prepared.shards import CASES, write_shards
from tfrec_dl.data.prepared.sort import sort
from tfrec_dl.data.prepared.work import MANIFEST, Work, read_json
from tfrec_dl.data.tables.columns import Columns
from tfrec_dl.data.tables.interaction_rows import refuse_no_weight
from tfrec_dl.disk import disk_explained
from tfrec_dl.errors import InputError
from tfrec_dl.files import locked, replacing, write_json

ROWS_A_SHARD = 1_000_000
FEWEST_SHARDS = 8  # unless `shards` is set; so is the next
MANY_SHARDS = 4096

logger = logging.getLogger(__name__)


def prepare(
    config: PrepareConfig | str | PathLike[str], folder: Path | str, progress: Progress = silent
) -> PreparedFolder:
    """Turns a table into a prepared folder; if killed at any moment and called again, it resumes.

    The split is that of `leave_last_out`, with the vocabulary of its training interactions. Memory is bounded by
    `config.memory_limit`, about 1 GB and the vocabulary, whatever the size of the table. With `config.base`, the result
    is as if that folder's tables came before this one.

    Args:
        config: table, columns and settings; or the path of a table with the usual columns.
        folder: folder to write: new, or that of the same unfinished preparation; a finished one is returned unchanged.
        progress: called with the progress.

    Returns:
        The folder: `shards/`, `interactions/`, `vocabulary.txt`, `evaluation.parquet`, `lengths.parquet`, and
        `prepared.json`, which is written last.

    Raises:
        InputError: if the data are bad, there is too little memory, DuckDB is missing, or the folder contains something
            else. After bad data nothing is left in the folder.
    """
    if isinstance(config, str | PathLike):
        config = PrepareConfig((fspath(config),))
    require_type(config, PrepareConfig, "config", "give a path or a tfrec_dl.data.PrepareConfig")
    config, work = config.absolute(), Work(Path(folder))
    base, files = Base.open(config.base), find_files(config.data)
    columns = common_columns(files, config.columns())
    base.require_like(files, columns)
    kind = common_time_kind(files, columns, base.times)
    shards = base.shards(config.shards) or _shards(files)
    apart = ("data", "memory_limit", "shards", "base")
    plan = {
        **base.plan(),
        **{name: value for name, value in asdict(config).items() if name not in apart},
        "columns": columns.named(),
        "shards": shards,
        "piece_rows": PIECE_ROWS,
        "files": [asdict(file) for file in files],
    }
    if config.duplicates == "keep":
        del plan["duplicates"]  # folders of earlier versions do not have it
    with (
        locked(work.folder),  # before anything in it is read
        disk_explained(work.folder),
        engine(config.memory_bytes(), work.path("spill")) as connection,
    ):
        if work.begin(plan):
            logger.info("%s is already finished: nothing to prepare", work.folder)
            return PreparedFolder.open(work.folder)
        try:
            return _prepare(connection, config, base, files, columns, kind, shards, plan, work, progress)
        except InputError as error:
            # A full disk or a network failure is temporary; a table that cannot be prepared stays so.
            if not isinstance(error.__cause__, OSError):
                work.abandon()
            raise


def _prepare(
    connection: Any,
    config: PrepareConfig,
    base: Base,
    files: Sequence[InputFile],
    columns: Columns,
    kind: str,
    shards: int,
    plan: Mapping[str, Any],
    work: Work,
    progress: Progress,
) -> PreparedFolder:
    weighted = columns.weight is not None
    marker = work.path("sorted.json")
    if not marker.exists():
        found = partition(files, columns, kind, shards, work.path("pieces"), progress, len(base.tables))
        if not sum(found):
            names = ", ".join(repr(path) for path in config.data[:3])
            raise InputError(f"{names} holds no interactions: it needs at least one row")
        sort(connection, shards, weighted, config, base, work, progress)
        rows_of_shards = parquet(work.interactions(shard) for shard in range(shards))
        if weighted:
            [(largest,)] = connection.execute(f"SELECT max(weight) FROM {rows_of_shards}").fetchall()
            refuse_no_weight(largest, columns.weight)
        [(kept,)] = connection.execute(f"SELECT count(*) FROM {rows_of_shards}").fetchall()
        write_json(marker, {"rows": found, "kept": kept})
    found, kept = read_json(marker).values()
    table = [*base.tables, *({"path": file.path, "bytes": file.size, "modified": file.modified} for file in files)]
    rows = [*(each["rows"] for each in base.tables), *found]
    repeated = sum(rows) - kept
    for piece in work.path("pieces").glob("*.parquet"):
        piece.unlink()  # the sorted rows contain all of them
    items = count_items(connection, shards, config.min_count, work)
    highest, able = draw_users(connection, shards, config.evaluation_users, work)
    facts = write_shards(connection, shards, weighted, config.seed, highest, work, progress)
    counts = _counts(rows, repeated, facts)

    folder = work.folder
    with (
        replacing(folder / "evaluation.parquet") as path,
        pyarrow.parquet.ParquetWriter(path, CASES) as writer,
    ):
        for shard in range(shards):
            writer.write_table(pyarrow.parquet.read_table(work.of_shard("evaluation", shard), schema=CASES))
    write_lengths(folder, [each.pop("lengths") for each in facts])
    known = (folder / "vocabulary.txt").read_bytes().count(b"\n")
    manifest = {
        "format": FORMAT,
        "table": [{**each, "rows": count} for each, count in zip(table, rows, strict=True)],
        "columns": columns.named(),
        "time_kind": kind,
        "min_count": config.min_count,
        "seed": config.seed,
        "size": {
            "interactions": kept,
            "users": sum(each["users"] for each in facts),
            "items": items,
            "items_in_vocabulary": known,
        },
        "counts": counts,
        "evaluation": {"drawn": sum(each["drawn"] for each in facts), "of": able},
        "shards": facts,
        "interactions": [
            {"name": path.name, "bytes": path.stat().st_size} for path in map(work.interactions, range(shards))
        ],
        "fingerprint": fingerprint(folder, facts),
        "plan": plan,
        "versions": {name: importlib.metadata.version(name) for name in ("duckdb", "pyarrow", "tensorflow")},
    }
    write_json(folder / MANIFEST, manifest)
    work.remove()
    return PreparedFolder.open(folder)


def _counts(rows: Sequence[int], repeated: int, facts: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Counts where the rows went; the counts must add up to all rows."""
    counts = {"read": sum(rows), "repeated": repeated}
    counts |= {name: sum(each[name] for each in facts) for name in ("trained", "dropped", "validation", "test")}
    out = repeated + counts["trained"] + counts["dropped"] + counts["validation"] + counts["test"]
    if out != counts["read"]:
        raise RuntimeError(f"{counts['read']} rows were read and {out} written: delete the folder and prepare again")
    return counts


def _shards(files: Sequence[InputFile]) -> int:
    rows = sum(file.estimated_rows() for file in files)
    return min(max(-(-rows // ROWS_A_SHARD), FEWEST_SHARDS), MANY_SHARDS)
