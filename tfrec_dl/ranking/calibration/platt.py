"""Calibration by logistic regression on the logit."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from tfrec_dl.configurations import configuration
from tfrec_dl.ranking.calibration.calibration import Calibration
from tfrec_dl.ranking.calibration.method import CALIBRATIONS, CalibrationMethod, checked

LEAST_SLOPE = 1e-3  # a calibration never reverses or drops the order of rows


@CALIBRATIONS.register("platt")
@configuration
class Platt(CalibrationMethod):
    """Probability = sigmoid(a * logit + b), with a and b fitted by maximum likelihood.

    The two parameters need few rows and can correct logits that are overconfident, underconfident or shifted. The
    labels are smoothed to (n1 + 1) / (n1 + 2) and 1 / (n0 + 2), so that a stays finite for perfectly separated rows. a
    is kept above 0.001, so rows never change their order. Source: Platt, Probabilistic Outputs for Support Vector
    Machines, 1999.
    """

    def fit(self, logits: ArrayLike, labels: ArrayLike, weights: ArrayLike | None = None) -> Calibration:
        """Fits on rows that the model was not trained on; see `CalibrationMethod.fit`."""
        slope, intercept = line_of_platt(*checked(logits, labels, weights))
        return Calibration([0.0], [intercept], slope)


def line_of_platt(logits: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> tuple[float, float]:
    """Returns slope and intercept with maximum likelihood; arguments are [R] float64 each."""
    clicked, others = weights @ labels, weights @ (1.0 - labels)
    targets = np.where(labels > 0.0, (clicked + 1.0) / (clicked + 2.0), 1.0 / (others + 2.0))
    # Standardized, so that the starting point and the tolerance fit logits of any scale.
    centre, scale = np.average(logits, weights=weights), logits.std() or 1.0
    inputs = (logits - centre) / scale

    def loss(numbers: np.ndarray) -> tuple[float, np.ndarray]:
        z = numbers[0] * inputs + numbers[1]
        errors = weights * (special.expit(z) - targets) / weights.sum()
        value = weights @ (np.logaddexp(0.0, z) - targets * z) / weights.sum()
        return float(value), np.array([errors @ inputs, errors.sum()])

    found = optimize.minimize(
        loss,
        np.array([1.0, special.logit(np.average(targets, weights=weights))]),
        jac=True,
        method="L-BFGS-B",
        bounds=[(LEAST_SLOPE * scale, None), (None, None)],
        options={"ftol": 1e-15, "gtol": 1e-10},
    )
    slope = float(found.x[0] / scale)
    return slope, float(found.x[1] - slope * centre)
