"""Turns the columns of a table into features of a catalogue, with checked values."""

import os.path
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import pandas as pd

from tfrec_dl.data.catalogue.feature_kinds import Kind, infer_kind, missing_cells
from tfrec_dl.data.catalogue.feature_values import checked_lists, checked_measures, checked_texts
from tfrec_dl.data.catalogue.images import checked_images
from tfrec_dl.data.tables.checks import Locate, checked_ids, plain, show
from tfrec_dl.data.tables.columns import MissingColumnError, refuse_repeats
from tfrec_dl.errors import InputError
from tfrec_dl.names import closest

Choice = Kind | Literal["ignore"]
CHOICES = (*get_args(Kind), "ignore")


def check_choices(
    header: Sequence[str], id_column: str, kinds: Mapping[str, Choice], image_size: tuple[int, int], table: str
) -> None:
    """Checks the names and kinds that the caller gives for a table's columns.

    Raises:
        InputError: if a column is missing (the nearest name is suggested) or occurs twice, or a kind or size is wrong.
    """
    for name in (id_column, *kinds):
        if name not in header:
            raise MissingColumnError(name, header, table)
    refuse_repeats(dict.fromkeys(header), header, table)
    for name, kind in kinds.items():
        if name == id_column:
            raise InputError(f"column {name!r} holds the ids of {table}: it has no kind, got {kind!r}")
        if kind not in CHOICES:
            raise InputError(f"the kind of column {name!r} is {kind!r}: {closest(str(kind), CHOICES)}")
    sides = image_size if isinstance(image_size, (tuple, list)) else ()
    if len(sides) != 2 or not all(isinstance(side, (int, np.integer)) and side >= 1 for side in sides):
        raise InputError(f"image_size is {image_size!r}: give height and width in pixels, for example (64, 64)")


def checked_distinct_ids(column: pd.Series, name: str, locate: Locate) -> np.ndarray:
    """Converts ids to text and checks that each occurs once: [n] object (str).

    Raises:
        InputError: as `checked_ids`, and if an id occurs twice; the message names both rows.
    """
    codes, ids = checked_ids(column, name, locate)
    if len(ids) == len(codes):
        return ids
    repeated = pd.Series(codes).duplicated().to_numpy()
    second = int(np.argmax(repeated))
    first = int(np.argmax(codes == codes[second]))
    raise InputError(
        f"column {name!r}: the id {show(ids[codes[second]])} occurs in {locate(first)} and in {locate(second)} "
        f"({np.count_nonzero(repeated)} repeats in all): keep one row per id"
    )


def checked_table(
    frame: pd.DataFrame,
    id_column: str,
    kinds: Mapping[str, Choice],
    image_size: tuple[int, int],
    folder: Path,
    locate: Locate,
    table: str,
) -> tuple[np.ndarray, dict[str, Kind], dict[str, np.ndarray], dict[str, str]]:
    """Returns ids, kinds, columns and ignored columns of a table, as in `Catalogue`.

    Args:
        frame: the table, its header checked by `check_choices`.
        id_column: column of ids.
        kinds: column -> kind, for columns whose kind is not guessed.
        image_size: height and width in pixels.
        folder: folder that picture paths are relative to.
        locate: how to name a row, for errors.
        table: name of the table in an error.

    Raises:
        InputError: if an id occurs twice, a value is invalid, or no feature is left.
    """
    if len(frame) == 0:
        raise InputError(f"{table} holds no rows: it needs at least one")
    ids = checked_distinct_ids(frame[id_column], id_column, locate)
    found: dict[str, Kind] = {}
    ignored: dict[str, str] = {}
    for name in frame.columns:
        if name == id_column:
            continue
        choice = kinds.get(name)
        kind, reason = (choice, "as asked") if choice else settled_kind(frame[name], folder)
        if kind is None or kind == "ignore":
            ignored[name] = reason
        else:
            found[name] = kind
    if not found:
        reasons = "; ".join(f"{name!r} is ignored: {reason}" for name, reason in ignored.items())
        raise InputError(
            f"{table} has no features besides the ids in {id_column!r}"
            + (f" ({reasons}): name a column's kind to keep it" if reasons else ": add columns that describe them")
        )
    columns = {name: feature_values(frame[name], kind, locate, image_size, folder) for name, kind in found.items()}
    return ids, found, columns, ignored


def settled_kind(column: pd.Series, folder: Path) -> tuple[Kind | None, str]:
    """Guesses the kind of a column; see `infer_kind`."""
    if column.name == "" or str(column.name).startswith(("__index_level_", "Unnamed: ")):
        return None, "it has no name, as a frame's index"
    return infer_kind(column, lambda path: os.path.isfile(folder / path))


def feature_values(
    column: pd.Series, kind: Kind, locate: Locate, image_size: tuple[int, int], folder: Path
) -> np.ndarray:
    """Checks the raw values of one feature and returns them as described in `Catalogue.columns`.

    Raises:
        InputError: if a value is not of this kind.
    """
    name = str(column.name)
    if kind == "number":
        return checked_measures(column, name, locate)
    if kind == "multi_category":
        return checked_lists(column, name, locate)
    if kind == "image":
        column = plain(column)
        cells = column.to_numpy(dtype=object)
        return checked_images(cells, missing_cells(column), name, locate, image_size, folder)
    return checked_texts(column, name, locate)


def missing_values(kind: Kind, count: int, image_size: tuple[int, int]) -> np.ndarray:
    """Returns `count` missing values of one feature."""
    if kind == "image":
        return np.zeros((count, *image_size, 3), dtype=np.uint8)
    if kind == "number":
        return np.full(count, np.nan, dtype=np.float32)
    return np.full(count, "", dtype=object)


def filled_values(values: np.ndarray, kind: Kind) -> np.ndarray:
    """Returns where a feature has a value, [n] bool."""
    if kind == "image":
        return np.any(values, axis=(1, 2, 3))
    if kind == "number":
        return ~np.isnan(values)
    return np.array([text != "" for text in values], dtype=bool)
