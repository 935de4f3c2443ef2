"""Paired comparison of two click models on the same rows."""

from __future__ import annotations

import numpy as np
from scipy import stats

from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.paired import PairedDifference
from tfrec_dl.evaluation.resampling import estimate, percentile_interval, resampled
from tfrec_dl.ranking.metrics.report import ClickReport


def paired_click_difference(report_a: ClickReport, report_b: ClickReport, metric: str) -> PairedDifference:
    """Returns the difference a - b on the same rows: below 0, a is better for a loss; above 0, for AUC and NDCG.

    Both models use the same resamples of users (with the first report's seed), so effects of users that are easy or
    hard for both cancel. p comes from a normal test with the standard error of the resamples, because a metric such as
    AUC is not a mean over rows to which a t-test applies.

    Args:
        report_a: report of one model.
        report_b: report of the other model.
        metric: a metric of `ClickReport.summary`.

    Raises:
        InputError: if the reports are based on different rows, or lack the metric.
    """
    for name in ("labels", "lists", "users"):
        if not np.array_equal(getattr(report_a, name), getattr(report_b, name)):
            raise InputError(
                f"reports over different rows ({len(report_a)} and {len(report_b)}, {name} differ) cannot be paired: "
                "evaluate both on the same impressions"
            )
    known = [name for name in report_a.metrics.names if name in report_b.metrics.names]
    if metric not in known:
        raise InputError(f"the reports have no common metric {metric!r}: choose from {', '.join(known)}.")
    users, seed = report_a.user_count, report_a.seed
    column_a, column_b = report_a.metrics.names.index(metric), report_b.metrics.names.index(metric)
    value = estimate(report_a.metrics, users)[column_a] - estimate(report_b.metrics, users)[column_b]
    samples = (
        resampled(report_a.metrics, users, seed)[:, column_a] - resampled(report_b.metrics, users, seed)[:, column_b]
    )
    low, high = percentile_interval(samples)
    known_samples = samples[np.isfinite(samples)]
    error = float(known_samples.std()) if len(known_samples) else float("nan")
    if error > 0.0 or np.isnan(error):
        return PairedDifference(float(value), low, high, float(2.0 * stats.norm.sf(abs(value) / error)))
    # A single user, which proves nothing, or models that differ by the same amount for every user.
    return PairedDifference(float(value), low, high, 1.0 if users < 2 or value == 0.0 else 0.0)
