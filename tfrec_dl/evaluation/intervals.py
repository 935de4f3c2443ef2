"""Bootstrap confidence intervals over users, and paired significance tests between two models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from tfrec_dl.errors import InputError

if TYPE_CHECKING:
    from tfrec_dl.evaluation.evaluate import Report

CONFIDENCE = 0.95
RESAMPLES = 1_000
CELLS = 4_000_000  # resample weights held at once


def resample_weights(users: int, seed: int = 0, resamples: int = RESAMPLES) -> Iterator[np.ndarray]:
    """How often each user is sampled in each resample, some resamples at a time: [B, users] float64.

    Rows of a user stand or fall together (the cluster bootstrap: Davison and Hinkley, Bootstrap Methods and their
    Application, 1997, section 3.8), because a user's rows are alike and intervals that took them for independent would
    be too short. The same seed gives the same resamples, which is what pairs two models.
    """
    rng = np.random.default_rng(seed)
    step = max(1, CELLS // users)
    for start in range(0, resamples, step):
        rows = min(step, resamples - start)
        drawn = rng.integers(users, size=(rows, users))
        drawn += np.arange(rows)[:, None] * users
        yield np.bincount(drawn.ravel(), minlength=rows * users).reshape(rows, users).astype(np.float64)


def weighted_sums(weights: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Sums of values, weighted by each resample: [B, users] and [users, M] float64 -> [B, M] float64.

    Not a matrix product: the last bits of that depend on how many rows it has, on processors with AVX-512, and so
    intervals would depend on how much memory is used. Here every sum is taken by itself, in one order.
    """
    return np.einsum("bu,mu->bm", weights, np.ascontiguousarray(values.T))


def bootstrap_intervals(values: np.ndarray, seed: int = 0, resamples: int = RESAMPLES) -> tuple[np.ndarray, np.ndarray]:
    """95 % percentile bootstrap intervals of means over users (Efron, 1979).

    Every column sees the same resamples of users. A resample is a row of weights, made a bounded number at a time.

    Args:
        values: [H, M] float64, a row per user.
        seed: of the resampling.
        resamples: number of bootstrap samples.

    Returns:
        low and high, each [M] float64.
    """
    users = len(values)
    sums = [weighted_sums(weights, values) for weights in resample_weights(users, seed, resamples)]
    tail = (1.0 - CONFIDENCE) / 2.0
    low, high = np.quantile(np.concatenate(sums) / users, [tail, 1.0 - tail], axis=0)
    # Where all users are alike, rounding may put the ends a last bit beside the mean.
    means = np.array([column.mean() for column in values.T])
    return np.minimum(low, means), np.maximum(high, means)


@dataclass(frozen=True)
class PairedDifference:
    """Mean difference between two models over the same users.

    Attributes:
        difference: mean of a - b over users.
        low: lower end of its 95 % bootstrap interval.
        high: upper end.
        p: two-sided p of the paired t-test; 1 when the models agree on every user.
    """

    difference: float
    low: float
    high: float
    p: float


def paired_difference(report_a: Report, report_b: Report, metric: str, seed: int = 0) -> PairedDifference:
    """Compares two models on the same users.

    The p-value is that of Student's paired t-test: on the means of hundreds of users it agrees with the randomisation
    and bootstrap tests (Smucker, Allan and Carterette, CIKM 2007), and costs nothing.

    Raises:
        InputError: if the reports are over different users, or one lacks the metric.
    """
    if not np.array_equal(report_a.user_ids, report_b.user_ids):
        raise InputError(
            f"reports over different users ({len(report_a)} and {len(report_b)}) cannot be paired: "
            "evaluate both on the same cases."
        )
    differences = report_a.per_user(metric) - report_b.per_user(metric)
    return paired(differences, seed)


def paired(differences: np.ndarray, seed: int = 0) -> PairedDifference:
    """Interval and significance of a mean difference.

    Args:
        differences: [n] float64, of two models on the same cases.
        seed: of the bootstrap.
    """
    low, high = bootstrap_intervals(differences[:, None], seed)
    constant = np.ptp(differences) == 0.0
    if (
        constant
    ):  # the t statistic is 0 / 0, or infinite: a single user or no spread proves nothing unless all differ alike
        p = 1.0 if len(differences) < 2 or differences[0] == 0.0 else 0.0
    else:
        p = float(stats.ttest_1samp(differences, 0.0).pvalue)
    return PairedDifference(float(differences.mean()), float(low[0]), float(high[0]), p)
