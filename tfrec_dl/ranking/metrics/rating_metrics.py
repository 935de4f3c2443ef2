"""Errors of predicted ratings with intervals over users, and how far apart two models are."""

from __future__ import annotations

import numpy as np
from scipy import stats

from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.paired import PairedDifference
from tfrec_dl.evaluation.ratings import RatingReport
from tfrec_dl.ranking.metrics.checks import codes
from tfrec_dl.ranking.metrics.resampling import Ratios, estimate, percentile_interval, resampled

ERRORS = ("rmse", "mae")


class RatingMetrics:
    """`rmse` and `mae` of resamples of users, as `Metrics`.

    Args:
        report: the ratings and their predictions.
    """

    names: tuple[str, ...] = ERRORS

    def __init__(self, report: RatingReport) -> None:
        one = np.ones(len(report))
        errors = {"mse": (report.squared_errors, one), "mae": (np.abs(report.predicted - report.rated), one)}
        users = codes(report.user_ids, "user_ids")
        self.user_count = int(users.max()) + 1
        self._ratios = Ratios(users, errors)

    def values(self, weights: np.ndarray) -> np.ndarray:
        """How often each user was sampled [B, U] float64 -> [B, 2] float64."""
        mse, mae = self._ratios.values(weights).T
        return np.column_stack([np.sqrt(mse), mae])


def rating_metrics(report: RatingReport, seed: int = 0) -> dict[str, float]:
    """`rmse` and `mae`, each with "/low" and "/high", its 95 % interval over users."""
    metrics = RatingMetrics(report)
    samples = resampled(metrics, metrics.user_count, seed)
    flat: dict[str, float] = {}
    for column, (name, value) in enumerate(zip(ERRORS, estimate(metrics, metrics.user_count), strict=True)):
        low, high = percentile_interval(samples[:, column])
        flat |= {name: float(value), f"{name}/low": low, f"{name}/high": high}
    return flat


def paired_rmse_difference(report_a: RatingReport, report_b: RatingReport, seed: int = 0) -> PairedDifference:
    """Difference of two models' RMSE over the same ratings, below 0 where the first is better.

    Both models see the same resamples of users; p is that of a normal test with the resamples' standard error, as in
    `paired_click_difference`.

    Raises:
        InputError: if the reports are over different ratings.
    """
    for name in ("user_ids", "item_ids", "rated"):
        if not np.array_equal(getattr(report_a, name), getattr(report_b, name)):
            raise InputError(
                f"reports over different ratings ({len(report_a)} and {len(report_b)}) cannot be paired: evaluate both "
                "on the same ratings"
            )
    metrics = [RatingMetrics(report) for report in (report_a, report_b)]
    users = metrics[0].user_count
    value = float(np.subtract(*(estimate(each, users)[0] for each in metrics)))
    samples = np.subtract(*(resampled(each, users, seed)[:, 0] for each in metrics))
    low, high = percentile_interval(samples)
    error = float(samples.std())
    if error > 0.0:
        return PairedDifference(value, low, high, float(2.0 * stats.norm.sf(abs(value) / error)))
    return PairedDifference(value, low, high, 1.0 if users < 2 or value == 0.0 else 0.0)
