"""Metrics with their intervals as a flat dictionary."""

from __future__ import annotations

import numpy as np

from tfrec_dl.evaluation.resampling import Metrics, basic_interval, estimate, percentile_interval, resampled
from tfrec_dl.ranking.metrics.click_metrics import CALIBRATION_ERROR


def summarised(metrics: Metrics, users: int, seed: int = 0) -> dict[str, float]:
    """Returns metrics with 95 % intervals over users, in the flat form of `ClickReport.summary`."""
    samples = resampled(metrics, users, seed)
    flat: dict[str, float] = {}
    for column, (name, value) in enumerate(zip(metrics.names, estimate(metrics, users), strict=True)):
        if np.isnan(value):
            low = high = float("nan")
        elif name == CALIBRATION_ERROR:
            low, high = basic_interval(float(value), samples[:, column])
        else:
            low, high = percentile_interval(samples[:, column])
        flat |= {name: float(value), f"{name}/low": low, f"{name}/high": high}
    return flat
