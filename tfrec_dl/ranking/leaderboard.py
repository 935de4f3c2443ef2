"""Leaderboard of rankers and baselines: sorted, with intervals and significance tests against the best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.leaderboard import STARS
from tfrec_dl.evaluation.paired import PairedDifference
from tfrec_dl.evaluation.rating_metrics import paired_rmse_difference, rating_metrics
from tfrec_dl.evaluation.ratings import RatingReport
from tfrec_dl.ranking.data.feedback import CLICK, RATING
from tfrec_dl.ranking.data.impressions import Impressions
from tfrec_dl.ranking.evaluate import Report
from tfrec_dl.ranking.metrics.paired import paired_click_difference
from tfrec_dl.ranking.metrics.report import ClickReport

NOTE = (
    "95 % bootstrap intervals over users; *, **, ***: differs from the best at p < 0.05, 0.01, 0.001 (paired bootstrap)"
)
LOSSES = ("rmse", "mae", "log_loss", "normalised_entropy", "calibration_error")  # the lowest is best


@dataclass(frozen=True, eq=False)
class RankingEntry:
    """One line of a leaderboard.

    Attributes:
        name: name of the model.
        reports: maps "click", "conversion" and "rating", as far as the model predicts them, to evaluation reports.
        seconds: training time; None if unknown.
        family: "deep" or "baseline".
    """

    name: str
    reports: Mapping[str, Report]
    seconds: float | None = None
    family: str = "deep"


def ordering_metric(impressions: Impressions) -> str:
    """Returns the metric that orders rankers: "ndcg" for clicks in lists, "auc" for others, "rmse" for only ratings."""
    if CLICK not in impressions.labels:
        return "rmse"
    return "ndcg" if len(np.unique(impressions.lists)) < len(impressions) else "auc"


def ranking_metrics(reports: Mapping[str, Report]) -> dict[str, float]:
    """Returns the metrics of all reports of one model, each with its 95 % interval over users as "/low" and "/high"."""
    found: dict[str, float] = {}
    for report in reports.values():
        found |= rating_metrics(report) if isinstance(report, RatingReport) else report.summary()
    return {name: value for name, value in found.items() if np.isfinite(value) and name.split("/")[0] != "mse"}


def ranking_leaderboard(entries: Sequence[RankingEntry], metric: str) -> pd.DataFrame:
    """Sorts entries, best first.

    Args:
        entries: entries evaluated on the same rows.
        metric: click metric, or "rmse", that orders them; see `ordering_metric`.

    Returns:
        One row per entry, as in `leaderboard`: `model`, `family`; `metric` with its interval, then every other metric,
        NaN if an entry lacks it; `difference` from the best, with `difference/low` and `difference/high`, its `p`, and
        `stars`; `seconds`, NaN if unknown.

    Raises:
        InputError: if there are no entries, an entry lacks the metric, or the entries are based on different rows.
    """
    if not entries:
        raise InputError("a leaderboard needs at least one model: none was given.")
    found = [ranking_metrics(entry.reports) for entry in entries]
    for entry, metrics in zip(entries, found, strict=True):
        if metric not in metrics:
            raise InputError(f"{entry.name} has no metric {metric!r}: choose from {', '.join(_names(metrics))}.")
    sign = 1.0 if metric in LOSSES else -1.0
    order = np.argsort([sign * metrics[metric] for metrics in found], kind="stable")
    best = entries[order[0]]
    rows = []
    for position in order:
        entry, metrics = entries[position], found[position]
        first = {name: value for name, value in metrics.items() if name.split("/")[0] == metric}
        against_best = _difference(entry, best, metric)
        rows.append(
            {"model": entry.name, "family": entry.family}
            | first
            | metrics
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


def _difference(entry: RankingEntry, best: RankingEntry, metric: str) -> PairedDifference:
    """Returns the difference between an entry and the best."""
    label = RATING if metric == "rmse" else CLICK
    return ranking_difference(entry.reports[label], best.reports[label], metric)


def ranking_difference(report_a: Report, report_b: Report, metric: str) -> PairedDifference:
    """Returns the paired difference a - b of two models on the same rows.

    Args:
        report_a: report of one model, on clicks, or on ratings for "rmse".
        report_b: report of the other model.
        metric: metric of such a report.
    """
    if isinstance(report_a, RatingReport) and isinstance(report_b, RatingReport):
        return paired_rmse_difference(report_a, report_b)
    assert isinstance(report_a, ClickReport) and isinstance(report_b, ClickReport)
    return paired_click_difference(report_a, report_b, metric)


def _names(metrics: Mapping[str, float]) -> list[str]:
    return [name for name in metrics if "/" not in name]
