"""DuckDB, which sorts and counts on disk what does not fit in memory."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from tfrec_dl.disk import disk_trouble
from tfrec_dl.errors import InputError

BYTES_A_THREAD = 256 << 20  # DuckDB requests half of it
BATCH_ROWS = 1 << 17


@contextmanager
def engine(memory_bytes: int, spill: Path) -> Iterator[Any]:
    """Opens a connection to a separate DuckDB.

    Args:
        memory_bytes: memory limit.
        spill: folder for data on disk.

    Yields:
        The connection.

    Raises:
        InputError: if DuckDB is not installed, the memory is too small, or a file cannot be read or written.
    """
    try:
        import duckdb
    except ImportError as error:
        raise InputError("DuckDB is not installed: pip install 'tfrec-dl[prepare]'") from error
    connection = duckdb.connect()
    try:
        connection.execute(f"SET memory_limit = '{memory_bytes // 1000}KB'")
        connection.execute(f"SET threads = {max(1, min(os.cpu_count() or 1, memory_bytes // BYTES_A_THREAD))}")
        connection.execute(f"SET temp_directory = {quoted(spill)}")
        yield connection
    except duckdb.OutOfMemoryException as error:
        words = " ".join(str(error).split())[:200]
        raise InputError(
            f"{memory_bytes:,} bytes are not enough for DuckDB ({words}): raise memory_limit, or ask for more shards"
        ) from error
    except duckdb.IOException as error:
        if (trouble := disk_trouble(error, spill.parent.parent)) is not None:
            raise InputError(trouble) from error
        raise InputError(f"DuckDB cannot read or write: {' '.join(str(error).split())[:200]}") from error
    finally:
        connection.close()


def quoted(path: Path) -> str:
    """Quotes a path as an SQL literal."""
    return "'" + str(path).replace("'", "''") + "'"


def parquet(paths: Iterable[Path], options: str = "") -> str:
    """Returns SQL for a table of Parquet files, whose names are not treated as globs."""
    names = ", ".join(quoted(Path(str(path).translate({ord(mark): f"[{mark}]" for mark in "[*?"}))) for path in paths)
    return f"read_parquet([{names}]{options})"


def stream(connection: Any, query: str) -> Iterator[pa.RecordBatch]:
    """Yields the rows of a query in order, batch by batch."""
    with connection.cursor() as cursor:  # its own, because a result not read to its end blocks the others
        relation = cursor.sql(query)
        # DuckDB 2 has only the first, DuckDB 1.1 the second.
        reader = relation.to_arrow_reader if hasattr(relation, "to_arrow_reader") else relation.fetch_arrow_reader
        yield from reader(BATCH_ROWS)
