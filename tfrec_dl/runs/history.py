"""Reading the history of a training: a row an epoch, with its seconds and its metrics."""

import csv
from pathlib import Path
from typing import Any

HISTORY = "history.csv"


def read_history(path: Path) -> list[dict[str, Any]]:
    """The rows of a history, an epoch each; none where there is no file."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))
