"""Learning curves of a run, read from its epoch histories."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path

from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.report_blocks import Lines, Point, Series

HISTORY = "history.csv"
NO_CURVES = ("epoch", "seconds")
WHOLE = "the model"
PARTS = {"start": "pre-training", "": WHOLE}  # subfolders of a run


def learning_curves(folder: Path) -> list[Lines]:
    """Returns one chart per recorded metric, with the parts of the run side by side.

    Args:
        folder: folder of the run.

    Raises:
        InputError: if a history is damaged.
    """
    found: dict[str, list[Series]] = {}
    for path in sorted(folder.rglob(HISTORY), key=lambda path: (len(path.parts), path)):
        part = path.parent.relative_to(folder)
        name = PARTS.get("" if part == Path() else part.as_posix(), part.name)
        for column, points in _columns(path).items():
            found.setdefault(column, []).append(Series(name, points))
    ordered = sorted(found, key=lambda column: not column.startswith("val_"))
    return [
        Lines(_title(name, found[name]), "epoch", name.removeprefix("val_"), found[name], steps=True)
        for name in ordered
    ]


def _columns(path: Path) -> dict[str, list[Point]]:
    columns: dict[str, list[Point]] = {}
    with path.open(newline="", encoding="utf-8") as file:
        try:
            for row in csv.DictReader(file):
                epoch = float(row["epoch"])
                for name, text in row.items():
                    if name in NO_CURVES or not text:
                        continue
                    value = float(text)
                    if math.isfinite(value):
                        columns.setdefault(name, []).append(Point(epoch, value))
        except (KeyError, TypeError, ValueError, csv.Error) as error:
            raise InputError(f"{path} is not a history of epochs: the run is damaged.") from error
    return columns


def _title(column: str, series: Sequence[Series]) -> str:
    name = column.removeprefix("val_").replace("_", " ")
    part = f" of {series[0].name}" if len(series) == 1 and series[0].name != WHOLE else ""
    return f"{name}{part}, {'validation' if column.startswith('val_') else 'training'}"
