"""Metrics of resamples of users, for intervals of metrics in which a user may have several rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from tfrec_dl.evaluation.intervals import CONFIDENCE, resample_weights, weighted_sums


class Metrics(Protocol):
    """Metrics that can be computed for a resample of users."""

    names: tuple[str, ...]

    def values(self, weights: np.ndarray) -> np.ndarray:
        """How often each user was sampled [B, U] float64 -> metrics [B, M] float64."""
        ...


class Ratios:
    """Metrics that are a sum over rows divided by another sum: rates, mean losses, means over lists.

    Args:
        users: [R] int64 user of each row, 0 to U - 1.
        rows: name -> numerator and denominator of each row, each [R] float64.
    """

    def __init__(self, users: np.ndarray, rows: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> None:
        self.names = tuple(rows)
        sums = [[np.bincount(users, weights=column) for column in columns] for columns in rows.values()]
        self._above = np.stack([numerator for numerator, _ in sums], axis=1)
        self._below = np.stack([denominator for _, denominator in sums], axis=1)

    def values(self, weights: np.ndarray) -> np.ndarray:
        """How often each user was sampled [B, U] -> [B, M], NaN where the denominator is 0."""
        return quotient(weighted_sums(weights, self._above), weighted_sums(weights, self._below))


def quotient(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Divides; NaN where the divisor is 0."""
    return np.divide(above, below, out=np.full(np.broadcast(above, below).shape, np.nan), where=below != 0)


def estimate(metrics: Metrics, users: int) -> np.ndarray:
    """Computes the metrics of the original rows: [M] float64."""
    return metrics.values(np.ones((1, users)))[0]


def resampled(metrics: Metrics, users: int, seed: int = 0) -> np.ndarray:
    """Computes the metrics of the resamples: [RESAMPLES, M] float64."""
    return np.concatenate([metrics.values(weights) for weights in resample_weights(users, seed)])


def percentile_interval(samples: np.ndarray) -> tuple[float, float]:
    """95 % percentile interval (Efron, 1979) of [S] metrics; resamples where the metric is undefined are left out."""
    known = samples[np.isfinite(samples)]
    tail = (1.0 - CONFIDENCE) / 2.0
    low, high = np.quantile(known, [tail, 1.0 - tail]) if len(known) else (np.nan, np.nan)
    return float(low), float(high)


def basic_interval(value: float, samples: np.ndarray) -> tuple[float, float]:
    """95 % basic bootstrap interval: the percentile interval mirrored at the metric, not below 0.

    It is meant for a sum of distances, which noise increases. A resample contains the noise twice, so its percentiles
    are too high. Mirroring removes the noise (Davison and Hinkley, 1997, section 2.4).
    """
    low, high = percentile_interval(samples)
    return max(0.0, 2.0 * value - high), max(0.0, 2.0 * value - low)
