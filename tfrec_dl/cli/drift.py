"""`tfrec-dl drift`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from tfrec_dl.cli.bars import Bars
from tfrec_dl.cli.console import complain
from tfrec_dl.cli.options.columns import ItemColumn, TimeColumn, UserColumn
from tfrec_dl.cli.progress import shown_progress
from tfrec_dl.errors import InputError
from tfrec_dl.quiet import quiet_tensorflow

FAILED = 1
USUAL = "usual"


def drift(
    dest: Annotated[
        Path, typer.Argument(metavar="DEST", show_default=False, help="Folder of an export, or a version.")
    ],
    data: Annotated[
        list[str],
        typer.Option(
            metavar="PATH",
            show_default=False,
            help="Table of interactions, CSV (also gzip) or Parquet, with the whole histories of the users in it: a "
            "file, a folder or a glob; repeat for more.",
        ),
    ],
    fail_above: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LIMIT",
            show_default=False,
            help=f"End with status 1 where a measure has drifted further: {USUAL} for the usual limits, a number for "
            "all measures, or NAME=NUMBER for one, repeat for more.",
        ),
    ] = None,
    user_column: UserColumn = "user_id",
    item_column: ItemColumn = "item_id",
    time_column: TimeColumn = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Say what has changed since an export was trained, and whether it is too much.

    Compares a table of today with the profile of the training's data and the metrics of the model card, which are both
    in the export: items that it does not know, popularity, lengths of histories, what is recommended, and NDCG and hit
    rate on each user's last interaction. A measure is flagged where it has drifted above its limit, and further than
    chance explains. The status is 0 all the same, unless --fail-above says otherwise; 2 is a mistake of the call.
    """
    quiet_tensorflow()
    from tfrec_dl.data.tables.columns import Columns
    from tfrec_dl.drift import measure_drift
    from tfrec_dl.drift.measure import LIMITS

    limits, counting = _limits(fail_above or (), list(LIMITS))
    columns = Columns(user=user_column, item=item_column, time=time_column)
    if as_json:
        report = measure_drift(dest, data, columns, limits)
        typer.echo(json.dumps(report.to_dict(), indent=2, ensure_ascii=False))
    else:
        from tfrec_dl.cli.reports.drift import show_drift

        with shown_progress(), Bars() as bars:
            report = measure_drift(dest, data, columns, limits, bars.show)
        show_drift(report)
    failed = [name for name in report.flagged if name in counting]
    unmeasured = [name for name in counting if name in limits and report.measures[name].drift is None]
    if unmeasured and len(counting) < len(LIMITS):  # a check that can never fail is no check
        note = report.measures[unmeasured[0]].note
        raise InputError(f"--fail-above {unmeasured[0]}: it cannot be measured here ({note}): leave it out.")
    if failed:
        complain(f"drifted: {', '.join(failed)}")
        raise typer.Exit(FAILED)


def _limits(texts: Sequence[str], names: Sequence[str]) -> tuple[dict[str, float], list[str]]:
    """Limits that --fail-above sets, and the measures that the status depends on.

    Args:
        texts: its values.
        names: of all measures.

    Raises:
        InputError: for a text that is no limit.
    """
    everywhere: dict[str, float] = {}
    alone: dict[str, float] = {}
    is_general = False
    for text in texts:
        name, equals, number = text.rpartition("=")
        if not equals and text == USUAL:
            is_general = True
            continue
        try:
            limit = float(number)
        except ValueError as error:
            raise InputError(
                f"--fail-above {text!r:.80} is no limit: write {USUAL}, a number, or NAME=NUMBER, {names[0]}=0.1."
            ) from error
        if equals:
            alone[name] = limit
        else:
            everywhere, is_general = dict.fromkeys(names, limit), True
    return {**everywhere, **alone}, list(names if is_general else alone)
