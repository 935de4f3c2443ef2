"""Reading of a training history, which has one row per epoch with its seconds and metrics."""

import csv
from pathlib import Path
from typing import Any

HISTORY = "history.csv"


def read_history(path: Path) -> list[dict[str, Any]]:
    """Returns the rows of a history, one per epoch; empty if there is no file."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))
