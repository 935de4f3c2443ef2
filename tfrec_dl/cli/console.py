"""Terminal output: lines, tables and errors."""

import os
import sys
from collections.abc import Mapping

import typer
from rich.console import Console
from rich.table import Table

INTERRUPTED = 130  # exit status: 128 + SIGINT, as in shells
WIDTH_OF_A_LOG = 140  # columns, if there is no terminal to ask


def console(record: bool = False) -> Console:
    """Returns a console for standard output, with color and the terminal's width if it is a terminal.

    Args:
        record: whether to keep the printed output for `Console.export_text`.
    """
    known = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(width=None if known else WIDTH_OF_A_LOG, highlight=False, record=record)


def say(text: str = "", style: str | None = None) -> None:
    """Prints text verbatim, including brackets and long lines."""
    console().print(text, style=style, markup=False, soft_wrap=True)


def complain(text: str) -> None:
    """Prints one line to standard error."""
    typer.echo(" ".join(text.splitlines()).encode(errors="backslashreplace").decode(), err=True)


def metric_table(metrics: Mapping[str, float], parts: Mapping[str, str], title: str) -> Table:
    """Returns a table with one row per metric.

    Args:
        metrics: keys as in metrics.json: "test/ndcg@10" with "test/ndcg@10/low" and "test/ndcg@10/high".
        parts: maps a prefix in `metrics`, for example "test", to a column title.
        title: title of the table.
    """
    table = Table(title=title, caption="95 % bootstrap intervals over users", title_justify="left")
    table.add_column("metric")
    for column in parts.values():
        table.add_column(column, justify="right")
        table.add_column("95 % interval", justify="right")
    first = f"{next(iter(parts))}/"
    for name in [key.removeprefix(first) for key in metrics if key.startswith(first)]:
        if name.endswith(("/low", "/high")):
            continue
        row = [name]
        for part in parts:
            key = f"{part}/{name}"
            low, high = metrics.get(f"{key}/low"), metrics.get(f"{key}/high")
            row += [f"{metrics[key]:.4f}", "" if low is None or high is None else f"{low:.4f} to {high:.4f}"]
        table.add_row(*row)
    return table
