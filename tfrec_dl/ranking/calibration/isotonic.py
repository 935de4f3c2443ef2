"""Calibration by isotonic regression."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, special

from tfrec_dl.configurations import configuration
from tfrec_dl.ranking.calibration.calibration import Calibration
from tfrec_dl.ranking.calibration.method import CALIBRATIONS, CalibrationMethod, checked
from tfrec_dl.ranking.calibration.platt import line_of_platt


@CALIBRATIONS.register("isotonic")
@configuration
class Isotonic(CalibrationMethod):
    """Isotonic regression whose steps are joined by straight lines.

    It corrects any monotonic distortion, but needs some thousands of rows. Isotonic regression (pool adjacent
    violators: Zadrozny and Elkan, KDD 2002) gives all rows of a step the same probability, which would make them ties.
    Here, the centers of the steps are joined by lines in log-odds. Beyond the outermost centers, the line continues
    with the slope of `Platt`, so that rows keep their order. The lowest and the highest logit each get one extra row
    with the mean label, which keeps probabilities away from 0 and 1. Finally, the whole line is shifted so that the
    probabilities sum to the number of clicks.
    """

    def fit(self, logits: ArrayLike, labels: ArrayLike, weights: ArrayLike | None = None) -> Calibration:
        """Fits on rows that the model was not trained on; see `CalibrationMethod.fit`."""
        x, y, rows = checked(logits, labels, weights)
        slope, _ = line_of_platt(x, y, rows)
        rate = np.average(y, weights=rows)
        with_ends = np.append(x, [x.min(), x.max()]).astype(np.float32)
        distinct, position = np.unique(with_ends, return_inverse=True)
        weighed = np.append(rows, [rows.mean()] * 2)
        mass = np.bincount(position, weights=weighed)
        means = np.bincount(position, weights=weighed * np.append(y, [rate] * 2)) / mass
        steps = optimize.isotonic_regression(means, weights=mass)
        blocks = np.repeat(np.arange(len(steps.blocks) - 1), np.diff(steps.blocks))
        centres = np.bincount(blocks, weights=mass * distinct) / np.bincount(blocks, weights=mass)
        values = special.logit(steps.x[steps.blocks[:-1]])
        # Steps so close that they are equal in float32 are merged.
        kept = np.append(True, np.diff(centres.astype(np.float32)) > 0)
        line = Calibration(centres[kept].tolist(), values[kept].tolist(), slope)
        found = line.calibrated_logits(x).numpy().astype(np.float64)
        shift = optimize.brentq(lambda step: np.average(special.expit(found + step), weights=rows) - rate, -50.0, 50.0)
        return Calibration(centres[kept].tolist(), (values[kept] + shift).tolist(), slope)
