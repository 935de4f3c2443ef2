"""Features of items, or of users: text, categories, numbers and pictures, one row per id."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from tfrec_dl.arguments import require_type
from tfrec_dl.data.catalogue.columns import (
    Choice,
    check_choices,
    checked_distinct_ids,
    checked_table,
    filled_values,
    missing_values,
)
from tfrec_dl.data.catalogue.feature_kinds import Kind
from tfrec_dl.data.catalogue.file import read_catalogue, write_catalogue
from tfrec_dl.data.catalogue.summary import Coverage, FeatureSummary, cover, summarise
from tfrec_dl.data.tables.checks import id_texts, show
from tfrec_dl.data.tables.reading import TableFile
from tfrec_dl.errors import InputError


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Features of items or users as they are fed into a model.

    Attributes:
        ids: [n] object (str), distinct.
        kinds: feature -> kind, in table order.
        columns: feature -> raw values. "text", "category" and "multi_category" (parts joined by "|"): [n] object (str),
            "" if missing. "number": [n] float32, NaN if missing. "image": [n, height, width, 3] uint8 RGB, all zero if
            missing.
        ignored: column of the table that is no feature -> reason.
    """

    ids: np.ndarray
    kinds: dict[str, Kind]
    columns: dict[str, np.ndarray]
    ignored: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        id_column: str = "item_id",
        kinds: Mapping[str, Choice] | None = None,
        image_size: tuple[int, int] = (64, 64),
        image_folder: str | Path | None = None,
    ) -> "Catalogue":
        """Checks a pandas table; its index is ignored.

        Args:
            frame: one row per item; all values except ids may be missing.
            id_column: column of ids.
            kinds: column -> kind, or "ignore", where the guess (`infer_kind`) is wrong.
            image_size: height and width in pixels to which pictures are stretched.
            image_folder: folder that picture paths are relative to, and that the files must be in or below; default the
                working directory. "/" allows any.

        Returns:
            The catalogue, in table order.

        Raises:
            InputError: if a column is missing, an id occurs twice, a value is invalid, or no feature is left.
        """
        require_type(frame, pd.DataFrame, "the table", "pass a pandas DataFrame")
        frame = frame.set_axis([str(name) for name in frame.columns], axis=1)
        check_choices(list(frame.columns), id_column, kinds or {}, image_size, "the table")
        folder = Path(image_folder or ".")
        return cls(
            *checked_table(frame, id_column, kinds or {}, image_size, folder, lambda row: f"row {row + 1}", "the table")
        )

    @classmethod
    def read(
        cls,
        path: str | Path,
        id_column: str = "item_id",
        kinds: Mapping[str, Choice] | None = None,
        image_size: tuple[int, int] = (64, 64),
        image_folder: str | Path | None = None,
    ) -> "Catalogue":
        """Reads and checks a CSV (also gzip) or Parquet file.

        Args:
            path: the file; see `tfrec_dl.data.tables.reading.TableFile` for the formats.
            id_column: as for `from_frame`; in CSV, ids are text, so that "007" stays "007".
            kinds: as for `from_frame`.
            image_size: as for `from_frame`.
            image_folder: as for `from_frame`; default the folder of the file.

        Returns:
            The catalogue, in file order.

        Raises:
            InputError: if the file cannot be read, and as `from_frame`.
        """
        table = TableFile(path)
        check_choices(table.header, id_column, kinds or {}, image_size, table.name)
        chosen = kinds or {}
        names = [name for name in table.header if name and chosen.get(name) != "ignore"]
        kindless = [name for name in names if name != id_column and chosen.get(name, "number") == "number"]
        frame = table.read(names, ids=[id_column], kindless=kindless).reindex(columns=table.header)
        folder = Path(path).parent if image_folder is None else Path(image_folder)
        return cls(*checked_table(frame, id_column, kinds or {}, image_size, folder, table.locate, table.name))

    def __len__(self) -> int:
        """Returns the number of ids."""
        return len(self.ids)

    @property
    def image_size(self) -> tuple[int, int] | None:
        """Height and width of the pictures; None if there are none."""
        for name, kind in self.kinds.items():
            if kind == "image":
                height, width = self.columns[name].shape[1:3]
                return height, width
        return None

    @cached_property
    def filled(self) -> np.ndarray:
        """[n] bool: the rows that have at least one value."""
        filled = np.zeros(len(self), dtype=bool)
        for name, kind in self.kinds.items():
            filled |= filled_values(self.columns[name], kind)
        return filled

    def take(self, ids: Iterable[str]) -> "Catalogue":
        """Returns the rows of these ids in this order.

        Args:
            ids: distinct ids; an id without a row gets missing values everywhere.

        Returns:
            A catalogue of the same features.

        Raises:
            InputError: if an id is not text or occurs twice.
        """
        column = pd.Series(list(ids), dtype=object)
        asked = checked_distinct_ids(column, "ids", lambda row: f"position {row}")
        rows = pd.Index(self.ids, dtype=object).get_indexer(pd.Index(asked, dtype=object))
        known = rows >= 0
        columns = {}
        for name, kind in self.kinds.items():
            columns[name] = missing_values(kind, len(asked), self.image_size or (1, 1))
            columns[name][known] = self.columns[name][rows[known]]
        return replace(self, ids=asked, columns=columns)

    def more(
        self, table: pd.DataFrame | str | Path, id_column: str = "item_id", image_folder: str | Path | None = None
    ) -> "Catalogue":
        """Reads another table into features of the same kinds, ready for `extended_by`.

        Args:
            table: a frame or a file. Columns that are not features here are ignored; missing columns become missing
                values.
            id_column: column of ids.
            image_folder: as for `from_frame` and `read`.

        Returns:
            A catalogue of that table's ids.

        Raises:
            InputError: as `from_frame` and `read`, and if the table has none of the features.
        """
        header = [str(name) for name in table.columns] if isinstance(table, pd.DataFrame) else TableFile(table).header
        kinds: dict[str, Choice] = {name: self.kinds.get(name, "ignore") for name in header if name != id_column}
        if not set(kinds) & set(self.kinds):
            raise InputError(f"the table has columns {sorted(kinds)}, none of the features {sorted(self.kinds)}")
        size = self.image_size or (1, 1)
        if isinstance(table, pd.DataFrame):
            found = Catalogue.from_frame(table, id_column, kinds, size, image_folder)
        else:
            found = Catalogue.read(table, id_column, kinds, size, image_folder)
        columns = {
            name: found.columns[name] if name in found.columns else missing_values(kind, len(found), size)
            for name, kind in self.kinds.items()
        }
        return Catalogue(found.ids, dict(self.kinds), columns, found.ignored)

    def extended_by(self, other: "Catalogue") -> "Catalogue":
        """Appends another catalogue's rows to these.

        Args:
            other: catalogue with the same features and image size and without any id of this one, as `more` reads it.

        Returns:
            The rows of both.

        Raises:
            InputError: if features, kinds or image sizes differ, or an id is in both.
        """
        if other.kinds != self.kinds or other.image_size != self.image_size:
            raise InputError(
                f"the features differ: {_described(self)} here, {_described(other)} there; read the other table with "
                "this catalogue's more()"
            )
        both = pd.Index(other.ids, dtype=object).isin(self.ids)
        if both.any():
            examples = ", ".join(show(text, 30) for text in other.ids[both][:3])
            raise InputError(f"{np.count_nonzero(both)} of the new ids are already here ({examples}): leave them out")
        columns = {name: np.concatenate([values, other.columns[name]]) for name, values in self.columns.items()}
        return replace(self, ids=np.concatenate([self.ids, other.ids]), columns=columns)

    def save(self, path: str | Path) -> None:
        """Writes one Parquet file, completely or not at all; `load` restores the same values exactly.

        Raises:
            InputError: if it cannot be written.
        """
        write_catalogue(Path(path), self.ids, self.kinds, self.columns, self.ignored)

    @classmethod
    def load(cls, path: str | Path) -> "Catalogue":
        """Reads a file written by `save`.

        Raises:
            InputError: if there is no such file or it holds no catalogue.
        """
        return cls(*read_catalogue(Path(path)))

    def summary(self) -> list[FeatureSummary]:
        """Describes each feature, in table order, then each ignored column, as rows of text."""
        rows = [
            summarise(name, kind, self.columns[name], filled_values(self.columns[name], kind))
            for name, kind in self.kinds.items()
        ]
        return rows + [FeatureSummary(name, "ignored", "", reason, "") for name, reason in self.ignored.items()]

    def coverage(self, ids: Iterable[str]) -> Coverage:
        """Compares the ids that have features with the ids of interactions.

        Args:
            ids: text, bytes or integers, also as floats.

        Returns:
            Counts and examples; its `str()` is one line.

        Raises:
            InputError: if no id is in both.
        """
        return cover(self.ids[self.filled].tolist(), list(dict.fromkeys(id_texts(list(ids), "id {}".format))))

    def fingerprint(self) -> str:
        """SHA-256 of ids, kinds and values in 64 hexadecimal digits: the same on every machine."""
        digest = hashlib.sha256(json.dumps(self.kinds).encode())
        for values in (self.ids, *(self.columns[name] for name in self.kinds)):
            if values.dtype == object:
                encoded = [text.encode() for text in values]
                digest.update(np.array([len(encoded), *map(len, encoded)], dtype="<i8").tobytes())
                digest.update(b"".join(encoded))
            else:
                digest.update(np.array(values.shape, dtype="<i8").tobytes())
                digest.update(np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<")).data)
        return digest.hexdigest()


def _described(catalogue: Catalogue) -> str:
    """Describes its features, kinds and image size."""
    kinds = ", ".join(f"{name} ({kind})" for name, kind in catalogue.kinds.items())
    return kinds + ("" if catalogue.image_size is None else " of {} x {} pixels".format(*catalogue.image_size))
