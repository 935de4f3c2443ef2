"""Terminal output: lines, tables and errors."""

import os
import sys
from collections.abc import Mapping

import typer
from rich.console import Console
from rich.table import Table

INTERRUPTED = 130  # exit status: 128 + SIGINT, as shells have it
WIDTH_OF_A_LOG = 140  # columns where there is no terminal to ask


def console(record: bool = False) -> Console:
    """Standard output; colours and the terminal's width where it is one.

    Args:
        record: whether to keep what is printed, for `Console.export_text`.
    """
    known = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(width=None if known else WIDTH_OF_A_LOG, highlight=False, record=record)


def say(text: str = "", style: str | None = None) -> None:
    """Prints text as it is, brackets and long lines included."""
    console().print(text, style=style, markup=False, soft_wrap=True)


def complain(text: str) -> None:
    """Prints one line on standard error."""
    typer.echo(" ".join(text.splitlines()).encode(errors="backslashreplace").decode(), err=True)


def metric_table(metrics: Mapping[str, float], parts: Mapping[str, str], title: str) -> Table:
    """A table of metrics, a row each.

    Args:
        metrics: as in metrics.json, "test/ndcg@10" with "test/ndcg@10/low" and "test/ndcg@10/high".
        parts: prefix in `metrics`, for example "test" -> column title.
        title: of the table.
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
