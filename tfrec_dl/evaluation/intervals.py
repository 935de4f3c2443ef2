"""Bootstrap confidence intervals over users."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

CONFIDENCE = 0.95
RESAMPLES = 1_000
CELLS = 4_000_000  # resample weights held at once


def resample_weights(users: int, seed: int = 0, resamples: int = RESAMPLES) -> Iterator[np.ndarray]:
    """Yields how often each user is sampled in each resample, some resamples at a time: [B, users] float64.

    All rows of a user are sampled together (the cluster bootstrap: Davison and Hinkley, Bootstrap Methods and their
    Application, 1997, section 3.8). A user's rows are alike, so intervals that treated them as independent would be too
    narrow. The same seed gives the same resamples, which makes comparisons of two models paired.
    """
    rng = np.random.default_rng(seed)
    step = max(1, CELLS // users)
    for start in range(0, resamples, step):
        rows = min(step, resamples - start)
        drawn = rng.integers(users, size=(rows, users))
        drawn += np.arange(rows)[:, None] * users
        yield np.bincount(drawn.ravel(), minlength=rows * users).reshape(rows, users).astype(np.float64)


def weighted_sums(weights: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Computes sums of values weighted by each resample: [B, users] and [users, M] float64 -> [B, M] float64.

    This is not a matrix product. On processors with AVX-512, the last bits of one depend on the number of rows, so
    intervals would depend on how much memory is used. Here every sum is computed separately, in the same order.
    """
    return np.einsum("bu,mu->bm", weights, np.ascontiguousarray(values.T))


def bootstrap_intervals(values: np.ndarray, seed: int = 0, resamples: int = RESAMPLES) -> tuple[np.ndarray, np.ndarray]:
    """Computes 95 % percentile bootstrap intervals of means over users (Efron, 1979).

    Every column uses the same resamples of users. A resample is a row of weights; a bounded number is held at a time.

    Args:
        values: [H, M] float64, one row per user.
        seed: seed of the resampling.
        resamples: number of bootstrap samples.

    Returns:
        low and high, each [M] float64.
    """
    users = len(values)
    sums = [weighted_sums(weights, values) for weights in resample_weights(users, seed, resamples)]
    tail = (1.0 - CONFIDENCE) / 2.0
    low, high = np.quantile(np.concatenate(sums) / users, [tail, 1.0 - tail], axis=0)
    # If all users have the same value, rounding may move the ends off the mean by one bit.
    means = np.array([column.mean() for column in values.T])
    return np.minimum(low, means), np.maximum(high, means)
