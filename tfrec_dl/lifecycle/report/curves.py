"""Learning curves of a run, from its histories of epochs."""

from __future__ import annotations

import csv
import math
from pathlib import Path

from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.figures import Lines, Point, Series

HISTORY = "history.csv"
NO_CURVES = ("epoch", "seconds")
PARTS = {"start": "pre-training", "": "the model"}  # folders in a run's


def learning_curves(folder: Path) -> list[Lines]:
    """A chart for each number that was noted after each epoch, the parts of the run beside each other.

    Args:
        folder: of the run.

    Raises:
        InputError: if a history is damaged.
    """
    found: dict[str, list[Series]] = {}
    for path in sorted(folder.rglob(HISTORY), key=lambda path: (len(path.parts), path)):
        part = path.parent.relative_to(folder)
        name = PARTS.get("" if part == Path() else part.as_posix(), part.name)
        for column, points in _columns(path).items():
            found.setdefault(column, []).append(Series(name, points))
    ordered = sorted(found, key=lambda column: (not column.startswith("val_"), column))
    return [
        Lines(_title(column), "epoch", column.removeprefix("val_"), found[column], steps=True) for column in ordered
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


def _title(column: str) -> str:
    name = column.removeprefix("val_").replace("_", " ")
    return f"{name}, validation" if column.startswith("val_") else f"{name}, training"
