"""Reads and writes a catalogue as one Parquet file."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from tfrec_dl.data.catalogue.feature_kinds import Kind
from tfrec_dl.errors import InputError
from tfrec_dl.files import replacing

KEY = b"tfrec_dl.catalogue"
"""Key in the schema's metadata: kinds, image size and ignored columns as JSON."""
ROW_GROUP_BYTES = 64 << 20

# Exceptions raised when values have a wrong type or shape.
DAMAGED = (AttributeError, IndexError, KeyError, TypeError, ValueError, RecursionError)


def write_catalogue(
    path: Path,
    ids: np.ndarray,
    kinds: Mapping[str, Kind],
    columns: Mapping[str, np.ndarray],
    ignored: Mapping[str, str],
) -> None:
    """Writes a catalogue, completely or not at all; the first column holds the ids, the others the features in order.

    Raises:
        InputError: if the file cannot be written.
    """
    id_column = "id"
    while id_column in kinds:
        id_column += "_"
    arrays = [pa.array(ids, pa.large_string()), *(_arrow(columns[name], kind) for name, kind in kinds.items())]
    sizes = [columns[name].shape[1:3] for name, kind in kinds.items() if kind == "image"]
    about = {
        "version": 1,
        "kinds": dict(kinds),
        "image_size": list(sizes[0]) if sizes else None,
        "ignored": dict(ignored),
    }
    table = pa.table(arrays, names=[id_column, *kinds]).replace_schema_metadata({KEY: json.dumps(about).encode()})
    rows = max(1, ROW_GROUP_BYTES * len(ids) // max(table.nbytes, 1)) if len(ids) else 1
    with replacing(path) as temporary:
        pyarrow.parquet.write_table(table, temporary, compression="zstd", row_group_size=min(rows, 1 << 20))


def read_catalogue(path: Path) -> tuple[np.ndarray, dict[str, Kind], dict[str, np.ndarray], dict[str, str]]:
    """Reads ids, kinds, columns and ignored columns from a file written by `write_catalogue`.

    Raises:
        InputError: if there is no such file or it is not a catalogue.
    """
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            about = json.loads((file.schema_arrow.metadata or {}).get(KEY, b"null"))
            if about is None:
                raise InputError(f"{str(path)!r} is not a saved catalogue: read a plain table with Catalogue.read")
            if about["version"] != 1:
                raise InputError(f"{str(path)!r} has version {about['version']}: update tfrec-dl to read it")
            return _contents(file.read(), about)
    except InputError:
        raise
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"cannot read {str(path)!r}: {' '.join(str(error).split())[:200]}") from error
    except DAMAGED as error:
        raise InputError(
            f"{str(path)!r} is a damaged catalogue ({type(error).__name__}: {str(error)[:200]})"
        ) from error


def _contents(
    table: pa.Table, about: dict[str, Any]
) -> tuple[np.ndarray, dict[str, Kind], dict[str, np.ndarray], dict[str, str]]:
    kinds: dict[str, Kind] = about["kinds"]
    columns = {
        name: _numpy(table.column(position), kind, about["image_size"])
        for position, (name, kind) in enumerate(kinds.items(), start=1)
    }
    return _numpy(table.column(0), "text", None), kinds, columns, about["ignored"]


def _arrow(values: np.ndarray, kind: Kind) -> pa.Array:
    if kind == "number":
        return pa.array(values, pa.float32(), from_pandas=False)
    if kind != "image":
        return pa.array(values, pa.large_string())
    flat = np.ascontiguousarray(values)
    return pa.Array.from_buffers(
        pa.binary(flat[0].size if len(flat) else int(np.prod(flat.shape[1:]))), len(flat), [None, pa.py_buffer(flat)]
    )


def _numpy(column: pa.ChunkedArray, kind: Kind, image_size: list[int] | None) -> np.ndarray:
    if kind == "number":
        return np.concatenate([np.empty(0, np.float32), *(chunk.to_numpy() for chunk in column.chunks)])
    if kind != "image" or image_size is None:
        return np.array([*column.to_pylist()], dtype=object)
    height, width = image_size
    images = np.empty((len(column), height, width, 3), dtype=np.uint8)
    start = 0
    for chunk in column.chunks:
        size = height * width * 3
        flat = np.frombuffer(chunk.buffers()[1], dtype=np.uint8)[chunk.offset * size :][: len(chunk) * size]
        images[start : start + len(chunk)] = flat.reshape(len(chunk), height, width, 3)
        start += len(chunk)
    return images
