"""Display of drift reports on the terminal."""

from typing import TYPE_CHECKING

from rich.table import Table

from tfrec_dl.cli.console import console, say

if TYPE_CHECKING:
    from tfrec_dl.drift.report import DriftReport
    from tfrec_dl.evaluation.estimate import Estimate


def show_drift(report: "DriftReport") -> None:
    """Prints a drift report."""
    say(
        f"{report.interactions:,} interactions of {report.users:,} users, compared with the training of {report.export}"
    )
    table = Table("measure", "today", "at training", "drift", "limit", "")
    for measure in report.measures.values():
        table.add_row(
            measure.name,
            _text(measure.today),
            _text(measure.training),
            "unknown" if measure.drift is None else f"{measure.drift:.4f}",
            f"{measure.limit:g}",
            "DRIFTED" if measure.flagged else "",
        )
    console().print(table)
    for measure in report.measures.values():
        say(f"{measure.name}: {measure.what}" + (f"; {measure.note}" if measure.note else ""))
    say(f"drifted: {', '.join(report.flagged)}" if report.flagged else "nothing has drifted", style="bold")


def _text(estimate: "Estimate | None") -> str:
    if estimate is None:
        return ""
    interval = "" if estimate.low is None else f" ({estimate.low:.4f} to {estimate.high:.4f})"
    return f"{estimate.value:.4f}{interval}"
