"""Metrics of resamples of users: for intervals of metrics whose rows of one user belong together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import numpy as np

from tfrec_dl.evaluation.intervals import CONFIDENCE, resample_weights, weighted_sums


class Metrics(Protocol):
    """What a resample of users is measured with."""

    names: tuple[str, ...]

    def values(self, weights: np.ndarray) -> np.ndarray:
        """How often each user was sampled [B, U] float64 -> metrics [B, M] float64."""
        ...


class Ratios:
    """Metrics that are sums of rows over sums of rows: rates, mean losses, means over lists.

    Args:
        users: [R] int64, 0 to U - 1, whose each row is.
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
    """Quotients, NaN where the divisor is 0."""
    return np.divide(above, below, out=np.full(np.broadcast(above, below).shape, np.nan), where=below != 0)


def estimate(metrics: Metrics, users: int) -> np.ndarray:
    """The metrics of the rows as they are: [M] float64."""
    return metrics.values(np.ones((1, users)))[0]


def resampled(metrics: Metrics, users: int, seed: int = 0) -> np.ndarray:
    """The metrics of the resamples: [RESAMPLES, M] float64."""
    return np.concatenate([metrics.values(weights) for weights in resample_weights(users, seed)])


def percentile_interval(samples: np.ndarray) -> tuple[float, float]:
    """95 % percentile interval (Efron, 1979) of [S] metrics; those that a resample does not define are left out."""
    known = samples[np.isfinite(samples)]
    tail = (1.0 - CONFIDENCE) / 2.0
    low, high = np.quantile(known, [tail, 1.0 - tail]) if len(known) else (np.nan, np.nan)
    return float(low), float(high)


def basic_interval(value: float, samples: np.ndarray) -> tuple[float, float]:
    """95 % basic bootstrap interval: the percentile interval mirrored at the metric, not below 0.

    For a sum of distances, which noise makes longer: a resample has the noise twice, and its percentiles lie above the
    truth. Mirrored they lie where the noise is taken off (Davison and Hinkley, 1997, section 2.4).
    """
    low, high = percentile_interval(samples)
    return max(0.0, 2.0 * value - high), max(0.0, 2.0 * value - low)
