"""Input of a report: runs, their data and their measurements."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from tfrec_dl.errors import InputError
from tfrec_dl.families.run import Run
from tfrec_dl.lifecycle.compare import Comparison

logger = logging.getLogger(__name__)

BOARD = "leaderboard.json"
SHOWN = 4  # models that charts show side by side, with the best baseline


@dataclass(frozen=True, eq=False)
class Measured:
    """Runs of one task on the same data.

    Attributes:
        folder: folder of the run or comparison.
        runs: finished runs, best first.
        board: the leaderboard; None if the data is missing.
        entries: lines of the leaderboard that charts show side by side, with all measurements.
        dataset: the data; None if it is missing.
        missing: what the report leaves out and why, one line each.
    """

    folder: Path
    runs: Sequence[Run]
    board: pd.DataFrame | None = None
    entries: Sequence[Any] = ()
    dataset: Any = None
    missing: Sequence[str] = field(default_factory=tuple)

    @property
    def task(self) -> Any:
        """The task of all runs."""
        return self.runs[0].recipe.family.task


def compared(comparison: Comparison, folder: Path) -> Measured:
    """Returns the measurements of a comparison without measuring anything again."""
    board = comparison.board
    runs = _by_board(comparison.runs, board)
    return Measured(folder, runs, board, _shown(comparison.entries, board), comparison.dataset)


def measured(folder: Path) -> Measured:
    """Measures a run beside the baselines; for a comparison, reads the leaderboard and measures what charts show.

    Raises:
        InputError: if the folder holds neither a finished run nor a comparison.
    """
    runs = _runs(folder)
    run, task = runs[0], runs[0].recipe.family.task
    kept = _kept_board(folder)
    try:
        dataset = run.dataset()
    except InputError as error:
        logger.warning("%s", error)
        what = (
            "what is measured on the test cases"
            if kept is not None
            else "baselines, and everything that is measured with them"
        )
        return Measured(folder, _by_board(runs, kept), kept, missing=[f"The report leaves out {what}: {error}"])
    recipes = [each.recipe for each in runs]
    if kept is not None:
        names = list(kept["model"])
        runs = _by_board([each for each in runs if each.recipe.name in names], kept)
        entries = _entries(runs[:SHOWN], dataset)
        best = [name for name, family in zip(names, kept["family"], strict=True) if family == "baseline"][:1]
        entries += task.baseline_entries(dataset, recipes, best)
        return Measured(folder, runs, kept, _shown(entries, kept), dataset)
    entries, missing = _entries(runs, dataset), []
    if run.source.in_memory:
        entries += task.baseline_entries(dataset, recipes)
    else:
        missing.append("The report leaves out baselines, which need the table in memory.")
    board = task.leaderboard(entries, dataset)
    return Measured(folder, _by_board(runs, board), board, _shown(entries, board), dataset, missing)


def _runs(folder: Path) -> list[Run]:
    """Returns the run in a folder, or the finished runs of a comparison."""
    if (folder / "config.json").exists():
        run = Run.open(folder)
        run.metrics()  # rejects an unfinished run
        return [run]
    found = [each.parent for each in sorted(folder.glob("*/config.json")) if (each.parent / "metrics.json").exists()]
    if not found:
        raise InputError(
            f"{folder} holds neither a finished run nor a comparison: name the folder of `tfrec-dl train --out` or "
            "`tfrec-dl compare --out`."
        )
    runs = [Run.open(each) for each in found]
    first = runs[0].config()
    other = next((each for each in runs if each.config()["data_fingerprint"] != first["data_fingerprint"]), None)
    if other is not None or len({each.recipe.family.task.name for each in runs}) > 1:
        raise InputError(
            f"{folder} holds runs on different data or of different tasks, which is not a comparison: name one of "
            f"them, {runs[0].folder}."
        )
    return runs


def _entries(runs: Sequence[Run], dataset: Any) -> list[Any]:
    found: list[Any] = []
    for run in runs:
        logger.info("measuring %s on the test cases", run.recipe.name)
        found += run.recipe.family.task.entries(run, dataset)
    return found


def _kept_board(folder: Path) -> pd.DataFrame | None:
    path = folder / BOARD
    if not path.exists():
        return None
    try:
        board = pd.DataFrame(json.loads(path.read_text(encoding="utf-8")))
        names = board[["model", "family"]]
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise InputError(f"{path} is not a leaderboard: run `tfrec-dl compare` again, or delete it.") from error
    if names.empty:
        raise InputError(f"{path} is an empty leaderboard: run `tfrec-dl compare` again, or delete it.")
    return board


def _by_board(runs: Sequence[Run], board: pd.DataFrame | None) -> list[Run]:
    """Returns the runs, best first."""
    if board is None:
        return list(runs)
    places = {name: place for place, name in enumerate(board["model"])}
    return sorted(runs, key=lambda run: places.get(run.recipe.name, len(places)))


def _shown(entries: Sequence[Any], board: pd.DataFrame) -> list[Any]:
    """Returns the best models and the best baseline."""
    by_name = {entry.name: entry for entry in entries}
    there = [by_name[name] for name in board["model"] if name in by_name]
    models = [entry for entry in there if entry.family != "baseline"]
    return [*models[:SHOWN], *[entry for entry in there if entry.family == "baseline"][:1]]
