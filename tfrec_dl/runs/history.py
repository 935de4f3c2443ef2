"""Reading the history of a training: a row an epoch, with its seconds and its metrics."""

import csv
from pathlib import Path
from typing import Any

from tfrec_dl.errors import InputError

HISTORY = "history.csv"


def read_history(path: Path) -> list[dict[str, Any]]:
    """The rows of a history, an epoch each; none where there is no file."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def best_epoch(folder: Path, monitored: str) -> int:
    """The epoch, counted from 1, whose weights a finished training kept: the first with the highest value.

    Args:
        folder: of its run.
        monitored: name of the value.

    Raises:
        InputError: if the history lacks it.
    """
    try:
        values = [float(row[monitored]) for row in read_history(folder / HISTORY)]
        return values.index(max(values)) + 1
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{folder / HISTORY} has no {monitored}: delete {folder} and train again.") from error
