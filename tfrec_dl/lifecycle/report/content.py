"""The content of a report, in order, derived from the measurements."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from tfrec_dl.evaluation.report_blocks import Cell, Code, Grid, Section
from tfrec_dl.families.run import Run
from tfrec_dl.lifecycle.report.boards import Headline, board_blocks, headline, metric_table, signed
from tfrec_dl.lifecycle.report.commands import python_lines, shell_lines
from tfrec_dl.lifecycle.report.curves import learning_curves
from tfrec_dl.lifecycle.report.measured import Measured
from tfrec_dl.runs.run_config import flat_settings
from tfrec_dl.runs.run_folder import run_seconds


@dataclass(frozen=True)
class Tile:
    """A number at the top of the report, with its label and a note below."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class ModelPart:
    """The part on one model: its name, a line, sections, and settings for reference."""

    name: str
    line: str
    sections: Sequence[Section]
    settings: Sequence[Section]


@dataclass(frozen=True)
class Content:
    """The content of a report.

    Attributes:
        title: title of the report.
        subtitle: text below the title.
        sentence: the result in one sentence.
        tiles: the most important numbers.
        sections: sections on all models together.
        models: parts on each model.
        missing: what is left out and why, one line each.
        values: the numbers of leaderboard and runs, as in their files.
    """

    title: str
    subtitle: str
    sentence: str
    tiles: Sequence[Tile]
    sections: Sequence[Section]
    models: Sequence[ModelPart]
    missing: Sequence[str]
    values: Mapping[str, Any]


def report_content(measured: Measured, titles: Mapping[str, str] | None) -> Content:
    """Assembles the content of a report.

    Args:
        measured: runs and their measurements.
        titles: maps item ids to titles for the examples; None for no examples.
    """
    runs, task = measured.runs, measured.task
    first, board = runs[0], measured.board
    table = PurePath(first.source.path).name
    what = first.recipe.name if len(runs) == 1 else f"{len(runs)} models"
    found = None if board is None else headline(board)
    sections = [_data_section(first, task.card(first))]
    if board is not None:
        sections.append(Section("Models and baselines", board_blocks(board)))
    if measured.dataset is not None:
        sections += task.sections(measured.entries, measured.dataset)
        sections += [] if titles is None else task.examples(first, measured.dataset, titles)
    return Content(
        f"{what} on {table}",
        f"tfrec_dl · {task.name} · {first.source.split}",
        "" if found is None else found.sentence,
        _tiles(found, first.config()["data_size"]),
        [section for section in sections if section.blocks],
        [_model_part(run) for run in runs],
        measured.missing,
        {
            "leaderboard": [] if board is None else json.loads(board.to_json(orient="records", double_precision=15)),
            "metrics": {run.recipe.name: run.metrics() for run in runs},
        },
    )


def _tiles(found: Headline | None, size: Mapping[str, int]) -> list[Tile]:
    tiles = []
    if found is not None:
        low, high = found.value.low, found.value.high
        interval = "" if low is None or high is None else f"{low:.4f} to {high:.4f}"
        tiles.append(Tile(f"{found.metric}, {found.model}", f"{found.value.value:.4f}", interval))
    if found is not None and found.beside is not None and found.difference is not None and found.beside.value:
        share = "the same" if found.is_tie else f"{signed(100.0 * found.difference.value / found.beside.value, 1)} %"
        tiles.append(Tile(f"against the best baseline, {found.baseline}", share, _doubt(found)))
    counts = [Tile(name.replace("_", " "), f"{count:,}") for name, count in size.items()]
    return [*tiles, *[tile for tile in counts if tile.label != "items in vocabulary"]]


def _doubt(found: Headline) -> str:
    if found.is_tie:
        return ""
    lower = "lower is better, " if found.lower_is_better else ""
    if found.p is None:
        return f"{lower}not tested as a pair"
    return lower + ("beyond chance (p < 0.05)" if found.p < 0.05 else f"may be chance (p = {found.p:.2f})")


def _data_section(run: Run, card: Any) -> Section:
    config = run.config()
    rows: list[list[Cell]] = [["data", card.data], ["held out", card.split]]
    for name, feature in config.get("features", {}).items():
        kinds = ", ".join(f"{each} ({kind})" for each, kind in feature["kinds"].items())
        rows.append([f"features of {name}", f"{feature['rows']:,} rows: {kinds}"])
    rows += [["fingerprint of the data, SHA-256", config["data_fingerprint"]]]
    rows += [["plugins", ", ".join(config["plugins"])]] if config.get("plugins") else []
    return Section("What was trained on what", [Grid("", ["", ""], rows)])


def _model_part(run: Run) -> ModelPart:
    recipe = run.recipe
    seconds = run_seconds(run)
    line = f"{recipe.source}. Its epochs took {seconds:,.1f} seconds." if seconds else f"{recipe.source}."
    curves = learning_curves(run.folder)
    sections = [Section("Every metric, with its 95 % interval", [metric_table(run.metrics())])]
    if curves:
        sections.append(Section("Learning curves", curves))
    sections += recipe.family.sections(run)
    settings = flat_settings({"model": recipe.to_dict()["model"], "training": recipe.to_dict()["training"]})
    rows: list[list[Cell]] = [[name, "" if value is None else str(value)] for name, value in settings.items()]
    versions: list[list[Cell]] = [[name, version] for name, version in run.config()["versions"].items()]
    commands = [Code("In a terminal", shell_lines(run)), Code("In Python", python_lines(run))]
    looked_up = [
        Section("The commands to repeat it", commands),
        Section("Settings", [Grid("", ["setting", "value"], rows)]),
        Section("Versions", [Grid("", ["package", "version"], versions)]),
    ]
    return ModelPart(recipe.name, line, sections, looked_up)
