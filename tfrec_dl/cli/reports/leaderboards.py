"""Display and saving of leaderboards for all tasks."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tfrec_dl.cli.console import console, say
from tfrec_dl.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from tfrec_dl.lifecycle.compare import Comparison

LEADERBOARD = ("leaderboard.csv", "leaderboard.json", "leaderboard.md", "leaderboard.png")
REPORT = "report.html"

# Columns for rankers beside the metric that sorts the board, on a terminal and in Markdown.
BESIDE = ("auc", "log_loss", "calibration_error", "mae")
SHOWN = ("auc", "group_auc", "log_loss", "normalised_entropy", "calibration_error", "ctr@1", "ctcvr_auc", "mae")


class Style(NamedTuple):
    """Columns and texts of a leaderboard.

    Attributes:
        title: title above the table.
        beside: columns beside the metric on a terminal.
        shown: columns beside the metric in Markdown.
        note: text below the table.
    """

    title: str
    beside: tuple[str, ...]
    shown: tuple[str, ...]
    note: str


def show(table: "pd.DataFrame", keeps_seen: bool = False) -> None:
    """Prints a leaderboard.

    Args:
        table: leaderboard returned by `compare`.
        keeps_seen: whether items of the history could be recommended again.
    """
    from tfrec_dl.evaluation.rendering import rich_table

    style = _style(table, keeps_seen)
    console().print(rich_table(table, style.title, style.beside, style.note))


def save(table: "pd.DataFrame", folder: Path) -> list[str]:
    """Writes a leaderboard in every format, with a picture if matplotlib is installed; returns the paths."""
    from tfrec_dl.evaluation.rendering import leaderboard_plot, save_leaderboard

    style = _style(table)
    *texts, picture = (folder / name for name in LEADERBOARD)
    for path in texts:
        save_leaderboard(table, path, style.shown, style.note)
    try:
        leaderboard_plot(table, picture)
    except InputError as error:  # matplotlib is an extra
        say(f"no picture: {error}")
        return [str(path) for path in texts]
    return [str(path) for path in (*texts, picture)]


def save_report(comparison: "Comparison", folder: Path) -> None:
    """Writes the report of a comparison if jinja2 is installed."""
    from tfrec_dl.lifecycle.report.write import write_comparison_report

    try:
        path = write_comparison_report(comparison, folder)
    except InputError as error:  # jinja2 is an extra, and the leaderboard has been saved either way
        say(f"no report: {error}")
        return
    say(f"report: {path}")


def _style(table: "pd.DataFrame", keeps_seen: bool = False) -> Style:
    """Chooses the style from the columns of the table."""
    from tfrec_dl.evaluation import rendering
    from tfrec_dl.evaluation.leaderboard import NOTE
    from tfrec_dl.ranking import leaderboard as ranking_leaderboard

    cases = f"test cases, items of the history {'recommended again' if keeps_seen else 'left out'}"
    if "cold" in table:
        cold = ("warm", "all")
        return Style(f"NDCG@10 of {cases}", cold, cold, NOTE)
    if "mse" in table:
        return Style("test ratings", ("mae",), ("mse", "mae"), ranking_leaderboard.NOTE)
    if "ndcg@10/low" in table and "log_loss" not in table:
        return Style(cases, rendering.BESIDE, rendering.shown_metrics(), NOTE)
    return Style("test impressions", BESIDE, SHOWN, ranking_leaderboard.NOTE)
