"""Leaderboard of models and baselines: sorted, with intervals and significance against the best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tfrec_dl.arguments import require_type
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.evaluate import Report
from tfrec_dl.evaluation.paired import paired_difference

STARS = ((0.001, "***"), (0.01, "**"), (0.05, "*"))
NOTE = "95 % bootstrap intervals over users; *, **, ***: differs from the best at p < 0.05, 0.01, 0.001 (paired t-test)"


@dataclass(frozen=True, eq=False)
class Entry:
    """One line of a leaderboard.

    Attributes:
        name: name of the model.
        report: result of its evaluation.
        seconds: training time in seconds; None if unknown.
        family: "deep" or "baseline".
    """

    name: str
    report: Report
    seconds: float | None = None
    family: str = "deep"


def leaderboard(entries: Sequence[Entry], metric: str = "ndcg@10") -> pd.DataFrame:
    """Sorts entries by a metric, best first.

    Args:
        entries: entries evaluated on the same cases.
        metric: per-user metric that decides the order.

    Returns:
        One row per entry: `model`, `family`; `metric` with its interval, then every other metric of `Report.summary`;
        `difference` from the best, with `difference/low` and `difference/high`, its `p`, and `stars` ("" for no
        significant difference, and for the best itself); `seconds`, NaN if unknown.

    Raises:
        InputError: if there are no entries, a report lacks the metric, or reports cover different users or treat seen
            items differently.
    """
    if not entries:
        raise InputError("a leaderboard needs at least one model: none was given.")
    for entry in entries:
        require_type(entry, Entry, "an entry", "give a list of tfrec_dl.evaluation.Entry(name, report)")
    if len({entry.report.keep_seen for entry in entries}) > 1:
        raise InputError("some reports mask seen items and others keep them: evaluate all models in the same way.")
    means = [float(entry.report.per_user(metric).mean()) for entry in entries]
    ordered = [entries[position] for position in np.argsort(-np.array(means), kind="stable")]
    rows = []
    for entry in ordered:
        summary = entry.report.summary()
        first = {name: value for name, value in summary.items() if name.split("/")[0] == metric}
        against_best = paired_difference(entry.report, ordered[0].report, metric, entry.report.seed)
        rows.append(
            {"model": entry.name, "family": entry.family}
            | first
            | summary
            | {
                "difference": against_best.difference,
                "difference/low": against_best.low,
                "difference/high": against_best.high,
                "p": against_best.p,
                "stars": next((stars for limit, stars in STARS if against_best.p < limit), ""),
                "seconds": np.nan if entry.seconds is None else float(entry.seconds),
            }
        )
    return pd.DataFrame(rows)
