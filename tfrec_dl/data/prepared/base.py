"""The prepared folder that new tables are appended to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet

from tfrec_dl.data.prepared.configuration import PrepareConfig
from tfrec_dl.data.prepared.folder import PreparedFolder
from tfrec_dl.data.prepared.inputs import InputFile
from tfrec_dl.data.tables.columns import Columns
from tfrec_dl.errors import InputError


@dataclass(frozen=True)
class Base:
    """The rows that come before those of a table: those of a prepared folder, or none.

    Attributes:
        folder: the prepared folder; None for no rows.
    """

    folder: PreparedFolder | None = None

    @classmethod
    def open(cls, path: str | None) -> "Base":
        """Opens a prepared folder to append to; None for no earlier rows.

        Raises:
            InputError: if it is not a prepared folder, or does not contain all of its rows.
        """
        if path is None:
            return cls()
        folder = PreparedFolder.open(path)
        sizes = [each["bytes"] for each in folder.manifest.get("interactions", ())]
        if not sizes or [file.stat().st_size if file.exists() else 0 for file in folder.interactions] != sizes:
            first, *others = folder.manifest["table"]
            tables = repr(first["path"]) + (f" and {len(others)} more" if others else "")
            raise InputError(
                f"{path} lacks some or all of its interactions/ (an earlier version prepared it, or they were deleted) "
                f"and cannot be appended to: prepare its tables ({tables}) together with the new ones."
            )
        return cls(folder)

    @property
    def tables(self) -> Sequence[Mapping[str, Any]]:
        """Returns the entries of `prepared.json` on each file."""
        return () if self.folder is None else self.folder.manifest["table"]

    @property
    def times(self) -> dict[str, tuple[str, float]]:
        """Returns kind of the times -> path of the folder and one of its times; empty without times."""
        if self.folder is None or not self.folder.manifest["time_kind"]:
            return {}
        for path in self.folder.interactions:
            with pyarrow.parquet.ParquetFile(path) as file:
                for rows in file.iter_batches(1, columns=["whole"]):
                    return {self.folder.manifest["time_kind"]: (str(self.folder.path), rows["whole"][0].as_py())}
        raise AssertionError("a prepared folder has a row")

    def plan(self) -> dict[str, Any]:
        """Returns what a resumed preparation must find unchanged."""
        return {} if self.folder is None else {"base": self.folder.fingerprint()}

    def shards(self, asked: int | None) -> int | None:
        """Returns the required number of shards, because a user stays in the same shard.

        Raises:
            InputError: if another number is requested.
        """
        if self.folder is None:
            return asked
        found = len(self.folder.shards)
        if asked not in (None, found):
            raise InputError(
                f"shards is {asked}, but {self.folder.path} has {found}, which cannot change: leave it out, or "
                "prepare its tables together with the new ones."
            )
        return found

    def interactions(self, shard: int) -> list[Path]:
        """Returns the file of a shard's rows, or no file."""
        return [] if self.folder is None else [self.folder.interactions[shard]]

    def require_like(self, files: Sequence[InputFile], columns: Columns) -> None:
        """Checks that a table can be appended.

        Args:
            files: files of the table.
            columns: columns that all of them have.

        Raises:
            InputError: if only one of table and folder has times, or weights; or the folder already contains a file.
        """
        if self.folder is None:
            return
        path = str(self.folder.path)
        parts = {part for part in columns.named() if part != "rating"}
        before = {part for part in self.folder.manifest["columns"] if part != "rating"}
        for part in sorted(parts ^ before):
            has, lacks = (path, files[0].path) if part in before else (files[0].path, path)
            raise InputError(f"{has!r} has {part}s, and {lacks!r} has none: appended tables must match the folder.")
        held = {(each["path"], each["bytes"], each["modified"]) for each in self.tables}
        for file in files:
            if (file.path, file.size, file.modified) in held:
                raise InputError(f"{file.path!r} is already in {path!r}: its interactions would count twice.")


def append_config(folder: Path | str, *data: str, **settings: Any) -> PrepareConfig:
    """Returns the configuration that appends tables to a prepared folder; `prepare` writes both to another folder.

    Args:
        folder: prepared folder; it stays unchanged.
        *data: files, folders and globs with new interactions.
        **settings: settings of `PrepareConfig` that replace the folder's own.

    Raises:
        InputError: if it is not a prepared folder, or a setting does not exist.
    """
    manifest = PreparedFolder.open(folder).manifest
    names = ("rating", "duplicates", "min_count", "evaluation_users", "seed")
    own = {name: manifest["plan"][name] for name in names if name in manifest["plan"]}
    return PrepareConfig(**{**own, **manifest["columns"], **settings}, data=data, base=str(folder))
