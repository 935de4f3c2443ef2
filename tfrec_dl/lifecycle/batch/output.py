"""Joining of parts into one Parquet or CSV file."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from tfrec_dl.data.prepared.inputs import SUFFIXES
from tfrec_dl.data.prepared.progress import Progress
from tfrec_dl.errors import InputError
from tfrec_dl.files import replacing
from tfrec_dl.lifecycle.batch.layouts import Layout

Write = Callable[[pa.Table], None]


def require_known_format(out: Path) -> None:
    """Raises InputError if the file name does not indicate a supported format."""
    if not out.name.lower().endswith(SUFFIXES):
        raise InputError(f"the format of {out} is not supported: end its name with {', '.join(SUFFIXES)}.")


def join(parts: Sequence[Path], layout: Layout, out: Path, whole: Path, progress: Progress) -> tuple[int, int]:
    """Writes all rows of the parts to one file, which appears only once it is complete.

    Args:
        parts: Parquet files with one schema, at least one.
        layout: layout of their rows.
        out: file whose name gives the format: Parquet, or CSV with lists as JSON.
        whole: file to write.
        progress: counts the parts.

    Returns:
        Number of users with recommendations, and number of recommendations.
    """
    users = recommendations = 0
    with replacing(whole) as temporary, _writer(temporary, out.name.lower(), parts[0]) as write:
        for number, part in enumerate(parts, start=1):
            with pyarrow.parquet.ParquetFile(part) as file:
                for group in range(file.num_row_groups):
                    rows = file.read_row_group(group)
                    found = layout.counts(rows)
                    users, recommendations = users + found[0], recommendations + found[1]
                    write(rows)
            progress("writing", number, len(parts))
    return users, recommendations


@contextmanager
def _writer(path: Path, name: str, like: Path) -> Iterator[Write]:
    schema = pyarrow.parquet.read_schema(like)
    if name.endswith((".parquet", ".pq")):
        with pyarrow.parquet.ParquetWriter(path, schema) as parquet:
            yield parquet.write_table
        return
    options = pyarrow.csv.WriteOptions(delimiter="\t" if ".tsv" in name else ",")
    compression = "gzip" if name.endswith(".gz") else None
    with (
        pa.output_stream(path, compression=compression) as stream,
        pyarrow.csv.CSVWriter(stream, _flat(schema.empty_table()).schema, write_options=options) as csv,
    ):
        yield lambda rows: csv.write_table(_flat(rows))


def _flat(rows: pa.Table) -> pa.Table:
    """Converts lists to JSON."""
    for place, column in enumerate(rows.schema):
        if pa.types.is_list(column.type):
            texts = [json.dumps(each, ensure_ascii=False) for each in rows[column.name].to_pylist()]
            rows = rows.set_column(place, column.name, pa.array(texts, pa.string()))
    return rows
