"""Errors of predicted ratings, with intervals over users and paired comparison of two models."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from tfrec_dl.evaluation.paired import PairedDifference
from tfrec_dl.evaluation.ratings import RatingReport, check_same_ratings
from tfrec_dl.evaluation.resampling import Ratios, estimate, percentile_interval, resampled


class RatingMetrics:
    """Computes `rmse`, `mse` and `mae` of resamples of users, as `Metrics`.

    Args:
        report: the ratings and their predictions.
    """

    names: tuple[str, ...] = ("rmse", "mse", "mae")

    def __init__(self, report: RatingReport) -> None:
        one = np.ones(len(report))
        errors = {"mse": (report.squared_errors, one), "mae": (np.abs(report.predicted - report.rated), one)}
        users = pd.factorize(report.user_ids)[0]
        self.user_count = int(users.max()) + 1
        self._ratios = Ratios(users, errors)

    def values(self, weights: np.ndarray) -> np.ndarray:
        """How often each user was sampled [B, U] float64 -> [B, 3] float64."""
        mse, mae = self._ratios.values(weights).T
        return np.column_stack([np.sqrt(mse), mse, mae])


def rating_metrics(report: RatingReport, seed: int = 0) -> dict[str, float]:
    """Computes `rmse`, `mse` and `mae`, each with "/low" and "/high", its 95 % bootstrap interval over users.

    Args:
        report: report of a model.
        seed: seed of the bootstrap.
    """
    metrics = RatingMetrics(report)
    samples = resampled(metrics, metrics.user_count, seed)
    flat: dict[str, float] = {}
    for column, (name, value) in enumerate(zip(metrics.names, estimate(metrics, metrics.user_count), strict=True)):
        low, high = percentile_interval(samples[:, column])
        flat |= {name: float(value), f"{name}/low": low, f"{name}/high": high}
    return flat


def paired_rmse_difference(report_a: RatingReport, report_b: RatingReport, seed: int = 0) -> PairedDifference:
    """Difference of two models' RMSE on the same ratings; negative if the first is better.

    Both models use the same resamples of users. The p-value is that of a normal test with the resamples' standard
    error, because the root of a mean is not a mean of rows, as a t-test needs.

    Args:
        report_a: report of the first model.
        report_b: report of the second model.
        seed: seed of the bootstrap.

    Raises:
        InputError: if the reports cover different ratings.
    """
    check_same_ratings(report_a, report_b)
    metrics = [RatingMetrics(report) for report in (report_a, report_b)]
    users = metrics[0].user_count
    value = float(np.subtract(*(estimate(each, users)[0] for each in metrics)))
    samples = np.subtract(*(resampled(each, users, seed)[:, 0] for each in metrics))
    low, high = percentile_interval(samples)
    error = float(samples.std())
    if error > 0.0:
        return PairedDifference(value, low, high, float(2.0 * stats.norm.sf(abs(value) / error)))
    return PairedDifference(value, low, high, 1.0 if users < 2 or value == 0.0 else 0.0)
