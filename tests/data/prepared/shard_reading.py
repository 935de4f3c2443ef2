"""Reads what `prepare` wrote with nothing of the package."""

import json
from pathlib import Path

import pyarrow.parquet
import tensorflow as tf


def records_of(folder: Path) -> list[dict[str, list]]:
    """Every record of every shard, feature -> values."""
    found = []
    for path in sorted((folder / "shards").iterdir()):
        for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
            features = tf.train.Example.FromString(record).features.feature
            found.append(
                {name: list(getattr(value, value.WhichOneof("kind")).value) for name, value in features.items()}
            )
    return found


def histories_of(folder: Path) -> dict[str, list[int]]:
    """User -> indices of the items trained on; a user in two records fails."""
    found: dict[str, list[int]] = {}
    for record in records_of(folder):
        (user,) = (text.decode() for text in record["user_id"])
        assert user not in found
        found[user] = record.get("items", [])
    return found


def bytes_of(folder: Path) -> dict[str, bytes]:
    """File -> content, of all that is kept; the versions and the places that the manifest names are left out.

    Of interactions it is the rows: how DuckDB writes them depends on how it came by them.
    """
    files = {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
    manifest = json.loads(files["prepared.json"])
    apart = ("versions", "interactions")
    files["prepared.json"] = repr({name: manifest[name] for name in sorted(manifest) if name not in apart}).encode()
    for path in (folder / "interactions").iterdir():
        files[str(path.relative_to(folder))] = repr(pyarrow.parquet.read_table(path).to_pydict()).encode()
    return files
