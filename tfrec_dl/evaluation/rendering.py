"""Renders leaderboards: terminal (Rich), Markdown, CSV, JSON, picture."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.leaderboard import NOTE
from tfrec_dl.files import replacing
from tfrec_dl.metrics.metric import default_metrics

METRIC_COLUMN = 2  # position, in a leaderboard, of the metric that orders it
BESIDE = ("hit_rate@10", "coverage@10")  # in the terminal, where space is limited


def rich_table(
    table: pd.DataFrame, title: str = "Leaderboard", beside: Sequence[str] = BESIDE, note: str = NOTE
) -> Table:
    """Renders a leaderboard for a terminal of 80 columns: the best model in bold, baselines dim.

    Args:
        table: result of `leaderboard`, or of `cold_start_leaderboard` with `beside=("warm", "all")`.
        title: title above the table.
        beside: columns shown after the metric, if the table has them.
        note: note below the table, on intervals and stars.
    """
    metric = table.columns[METRIC_COLUMN]
    beside = [name for name in beside if name in table and name != metric]
    rendered = Table(
        title=escape(title),
        caption=escape(note),
        caption_justify="left",
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        show_edge=False,
    )
    rendered.add_column("model", no_wrap=True)
    for header in (metric, "95 % interval", "", *beside, "seconds"):
        rendered.add_column(header, justify="right", no_wrap=True)
    for position, row in enumerate(table.to_dict("records")):
        style = "bold" if position == 0 else "dim" if row["family"] == "baseline" else None
        interval = _interval(row, metric).replace(" to ", "-")
        cells = [row["model"], _number(row[metric]), interval, row["stars"]]
        cells += [_number(row[name]) for name in beside] + [_seconds(row["seconds"])]
        rendered.add_row(*map(escape, cells), style=style)
    return rendered


def shown_metrics() -> tuple[str, ...]:
    """Returns the keys of the metrics that a Markdown table shows after the one that orders it."""
    return tuple(metric.key for metric in default_metrics() if metric.in_tables)


def markdown(table: pd.DataFrame, shown: Sequence[str] | None = None, note: str = NOTE) -> str:
    """Renders a leaderboard as a Markdown table with a note on its intervals.

    Args:
        table: result of `leaderboard`, or of `cold_start_leaderboard` with `shown=("warm", "all")`.
        shown: columns shown after the metric, if the table has them; None for `shown_metrics`.
        note: note below the table, on intervals and stars.
    """
    header, rows = _cells(table, shown_metrics() if shown is None else shown)
    lines = [header, ["---" if position < 2 else "---:" for position in range(len(header))], *rows]
    body = "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in line) + " |" for line in lines
    )
    return f"{body}\n\n{note.replace('*', chr(92) + '*')}\n"


def save_leaderboard(
    table: pd.DataFrame, path: str | Path, shown: Sequence[str] | None = None, note: str = NOTE
) -> None:
    """Writes a leaderboard to a file, completely or not at all.

    Args:
        table: result of `leaderboard`.
        path: `.csv` or `.json` (a list of objects, null if unknown) with every metric, or `.md` with those shown.
        shown: as for `markdown`.
        note: as for `markdown`.

    Raises:
        InputError: if the suffix is another, or the folder does not exist or cannot be written to.
    """
    path = Path(path)
    writers: dict[str, Callable[[], str]] = {
        ".csv": lambda: table.to_csv(index=False),
        ".json": lambda: json.dumps(json.loads(table.to_json(orient="records", double_precision=15)), indent=2) + "\n",
        ".md": lambda: markdown(table, shown, note),
    }
    if path.suffix not in writers:
        raise InputError(
            f"cannot write a leaderboard as {path.suffix or path.name!r}: choose from {', '.join(writers)}."
        )
    text = writers[path.suffix]()
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def leaderboard_plot(table: pd.DataFrame, path: str | Path) -> None:
    """Draws horizontal bars with their intervals, best on top; requires the extra `plots`.

    Args:
        table: result of `leaderboard`.
        path: picture file; its suffix sets the format (.png, .svg, .pdf).

    Raises:
        InputError: if matplotlib is missing or does not know the format, or the file cannot be written.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise InputError('pictures need matplotlib, which is missing: pip install "tfrec_dl[plots]".') from error
    metric = table.columns[METRIC_COLUMN]
    path = Path(path)
    # A Figure without pyplot needs no display and no global state.
    figure = Figure(figsize=(7.0, 0.9 + 0.35 * len(table)), layout="constrained")
    axes = figure.subplots()
    if path.suffix[1:].lower() not in figure.canvas.get_supported_filetypes():
        raise InputError(f"cannot save a picture as {path.suffix or path.name!r}: use .png, .svg or .pdf.")
    values = table[metric]
    spread = [values - table[f"{metric}/low"], table[f"{metric}/high"] - values]
    colours = ["tab:blue" if family == "deep" else "tab:gray" for family in table["family"]]
    positions = range(len(table))
    axes.barh(positions, values, xerr=spread, color=colours, error_kw={"elinewidth": 1, "capsize": 3})
    # A dollar sign in a name would start math mode.
    axes.set_yticks(positions, [name.replace("$", r"\$") for name in table["model"]])
    axes.invert_yaxis()
    axes.set_xlabel(f"{metric} (95 % interval over users; baselines in grey)")
    axes.spines[["top", "right"]].set_visible(False)
    with replacing(path) as temporary:
        figure.savefig(temporary, dpi=150, format=path.suffix[1:].lower())


def _cells(table: pd.DataFrame, shown: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    metric = table.columns[METRIC_COLUMN]
    shown = [name for name in shown if name in table and name != metric]
    header = ["model", "family", metric, "95 % interval", "", *shown, "seconds"]
    rows = [
        [
            str(row["model"]),
            str(row["family"]),
            _number(row[metric]),
            _interval(row, metric),
            str(row["stars"]),
            *(_number(row[name]) for name in shown),
            _seconds(row["seconds"]),
        ]
        for row in table.to_dict("records")
    ]
    return header, rows


def _number(value: float) -> str:
    return f"{value:.4f}"


def _interval(row: dict[Hashable, Any], metric: str) -> str:
    return f"{row[f'{metric}/low']:.4f} to {row[f'{metric}/high']:.4f}"


def _seconds(value: float) -> str:
    return "" if pd.isna(value) else f"{value:.1f}"
