"""The command `tfrec-dl drift`."""

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
        Path, typer.Argument(metavar="DEST", show_default=False, help="Folder of an export or of one version.")
    ],
    data: Annotated[
        list[str],
        typer.Option(
            metavar="PATH",
            show_default=False,
            help="Table of interactions with the complete histories of its users: CSV (also gzip) or Parquet, as a "
            "file, a folder or a glob. Repeatable.",
        ),
    ],
    fail_above: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LIMIT",
            show_default=False,
            help=f"Exit with status 1 if a measure drifts beyond its limit: {USUAL} for the usual limits, a number for "
            "all measures, or NAME=NUMBER for one measure. Repeatable.",
        ),
    ] = None,
    user_column: UserColumn = "user_id",
    item_column: ItemColumn = "item_id",
    time_column: TimeColumn = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Check whether data or quality have drifted since an export was trained.

    Compares a current table with the profile of the training data and the metrics of the model card, both stored in the
    export. Measures unknown items, popularity, history lengths, recommended items, and NDCG and hit rate on each user's
    last interaction. A measure is flagged if its drift exceeds its limit and is more than chance explains. The exit
    status is 0 unless --fail-above says otherwise; 2 means an invalid call.
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
    if unmeasured and len(counting) < len(LIMITS):  # a check that can never fail is useless
        note = report.measures[unmeasured[0]].note
        raise InputError(f"--fail-above {unmeasured[0]}: it cannot be measured here ({note}): leave it out.")
    if failed:
        complain(f"drifted: {', '.join(failed)}")
        raise typer.Exit(FAILED)


def _limits(texts: Sequence[str], names: Sequence[str]) -> tuple[dict[str, float], list[str]]:
    """Returns the limits set by --fail-above, and the measures that the exit status depends on.

    Args:
        texts: values of the option.
        names: names of all measures.

    Raises:
        InputError: if a text is not a valid limit.
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
                f"--fail-above {text!r:.80} is not a limit: write {USUAL}, a number, or NAME=NUMBER, for example "
                f"{names[0]}=0.1."
            ) from error
        if equals:
            alone[name] = limit
        else:
            everywhere, is_general = dict.fromkeys(names, limit), True
    return {**everywhere, **alone}, list(names if is_general else alone)
