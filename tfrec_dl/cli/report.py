"""The command `tfrec-dl report`."""

from pathlib import Path
from typing import Annotated

import typer

from tfrec_dl.cli.console import say
from tfrec_dl.cli.progress import shown_progress
from tfrec_dl.quiet import quiet_tensorflow


def report(
    folder: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", show_default=False, help="Folder of a finished run or of `tfrec-dl compare`."),
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="File to write; an earlier report is replaced.")] = Path(
        "report.html"
    ),
    items: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            show_default=False,
            help="Table of items with their titles; by default the one used in training.",
        ),
    ] = None,
    title_column: Annotated[
        str | None,
        typer.Option(
            metavar="C",
            show_default=False,
            help='Column of titles in that table; by default "title" or "name", if it has one.',
        ),
    ] = None,
    examples: Annotated[bool, typer.Option(help="Show what a few users did and what is recommended to them.")] = True,
) -> None:
    """Write one self-contained HTML report on a run or a comparison: data, quality and examples.

    Contains every metric with its interval beside all baselines, learning curves, test cases by group, coverage,
    calibration of rankers, recommendations to a few users with explanations, settings, versions and commands. The file
    opens without a network.

    A run is measured beside the baselines; for a comparison, the existing leaderboard is used. Parts that need data
    that is no longer available are left out. Needs the extra `report`.
    """
    quiet_tensorflow()
    from tfrec_dl.lifecycle.report.write import write_report

    with shown_progress():
        path = write_report(folder, out, items, title_column, examples)
    say(f"report: {path} ({path.stat().st_size / 1e6:.2f} MB)")
