"""`tfrec-dl report`."""

from pathlib import Path
from typing import Annotated

import typer

from tfrec_dl.cli.console import say
from tfrec_dl.cli.progress import shown_progress
from tfrec_dl.quiet import quiet_tensorflow


def report(
    folder: Annotated[
        Path,
        typer.Argument(metavar="FOLDER", show_default=False, help="Of a finished run, or of `compare`."),
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The report; an earlier one is replaced.")] = Path(
        "report.html"
    ),
    items: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            show_default=False,
            help="Table of items with their titles; by default the one that the run was trained with.",
        ),
    ] = None,
    title_column: Annotated[
        str | None,
        typer.Option(
            metavar="C", show_default=False, help='Its column of titles; by default "title" or "name", if it has one.'
        ),
    ] = None,
    examples: Annotated[bool, typer.Option(help="Show what a few users did, and what is recommended to them.")] = True,
) -> None:
    """Write one HTML file to mail: what was trained on what, how good it is and where, with examples.

    Every metric with its interval beside all baselines, learning curves, the test cases in groups, coverage,
    calibration of rankers, what is recommended to a few users and why, settings, versions, commands. It opens without a
    network.

    A run is measured beside the baselines; of a comparison, the leaderboard is taken as it is. What cannot be said
    because the data are gone is left out. Needs the extra `report`.
    """
    quiet_tensorflow()
    from tfrec_dl.lifecycle.report.write import write_report

    with shown_progress():
        path = write_report(folder, out, items, title_column, examples)
    say(f"report: {path} ({path.stat().st_size / 1e6:.2f} MB)")
