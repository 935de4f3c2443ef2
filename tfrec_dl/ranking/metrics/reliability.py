"""Reliability: comparison of predicted and observed click rates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.intervals import CONFIDENCE
from tfrec_dl.ranking.metrics.checks import binary, probabilities, same_length

BINS = 15


@dataclass(frozen=True, eq=False)
class Reliability:
    """Rows in bins of increasing predicted probability.

    Attributes:
        predicted: [B] float64, mean probability of each bin.
        observed: [B] float64, click rate of each bin.
        counts: [B] int64, number of rows in each bin.
        noise: the `expected_calibration_error` that this many rows would show if every probability were exactly right
            (and the rows independent). An error near it does not indicate miscalibration.
    """

    predicted: np.ndarray
    observed: np.ndarray
    counts: np.ndarray
    noise: float

    def __len__(self) -> int:
        """Returns the number of bins."""
        return len(self.counts)

    @property
    def expected_calibration_error(self) -> float:
        """Mean distance between predicted and observed rate, with each bin weighted by its number of rows.

        Source: Naeini, Cooper and Hauskrecht, AAAI 2015; with bins of equal mass: Nixon et al., Measuring
        Calibration in Deep Learning, 2019.
        """
        return float(np.average(np.abs(self.predicted - self.observed), weights=self.counts))

    @property
    def ratio(self) -> float:
        """Predicted over observed clicks; above 1 if the model predicts too many, NaN without a click."""
        clicks = float(self.observed @ self.counts)
        return float(self.predicted @ self.counts) / clicks if clicks else float("nan")

    def intervals(self) -> tuple[np.ndarray, np.ndarray]:
        """Wilson's 95 % intervals of the observed rates, for independent rows: low and high, each [B] float64."""
        clicks = np.rint(self.observed * self.counts).astype(int)
        found = [
            stats.binomtest(int(k), int(n)).proportion_ci(CONFIDENCE, method="wilson")
            for k, n in zip(clicks, self.counts, strict=True)
        ]
        return np.array([interval.low for interval in found]), np.array([interval.high for interval in found])


def reliability(predicted: ArrayLike, labels: ArrayLike, bins: int = BINS) -> Reliability:
    """Compares predicted with observed click rates in bins with about the same number of rows.

    Click probabilities are concentrated near the click rate. With bins of equal width, the first would hold almost all
    rows and hide their errors, and the last only a handful. Equal probabilities stay together, so a constant has one
    bin.

    Args:
        predicted: [R] probabilities.
        labels: [R], 0 or 1.
        bins: maximum number of bins. More bins show finer errors, and more noise: see `Reliability.noise`.

    Raises:
        InputError: if the values are invalid, the numbers of rows differ, or there is less than one bin.
    """
    predicted, labels = probabilities(predicted, "predicted"), binary(labels, "labels")
    same_length(predicted=predicted, labels=labels)
    found = equal_mass_bins(predicted, bins)
    counts = np.bincount(found)
    # The mean of |error| in a bin is sqrt(2 / pi) standard deviations.
    deviations = np.sqrt(np.bincount(found, weights=predicted * (1.0 - predicted)))
    return Reliability(
        predicted=np.bincount(found, weights=predicted) / counts,
        observed=np.bincount(found, weights=labels) / counts,
        counts=counts,
        noise=float(np.sqrt(2.0 / np.pi) * deviations.sum() / len(predicted)),
    )


def equal_mass_bins(values: np.ndarray, bins: int = BINS) -> np.ndarray:
    """Assigns rows to bins of about equal size; equal values share the bin that contains the middle of their rows.

    Args:
        values: [R] float64.
        bins: maximum number of bins.

    Returns:
        [R] int64, 0 to the number of used bins minus 1, increasing with the value.

    Raises:
        InputError: if there is less than one bin.
    """
    if bins < 1:
        raise InputError(f"bins is {bins}: use at least 1, for example {BINS}")
    _, distinct, counts = np.unique(values, return_inverse=True, return_counts=True)
    middles = np.cumsum(counts) - counts / 2.0
    found = np.minimum((middles * bins / len(values)).astype(np.int64), bins - 1)
    return np.unique(found, return_inverse=True)[1][distinct].astype(np.int64)
