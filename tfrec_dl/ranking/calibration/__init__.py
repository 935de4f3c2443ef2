"""Calibration of a ranker's logits to probabilities.

Every registered class can be accessed as an attribute of this package: `calibration.Platt`.
"""

from typing import Any

from tfrec_dl.ranking.calibration.calibration import CALIBRATION, Calibration, load_calibration, save_calibration
from tfrec_dl.ranking.calibration.method import CALIBRATIONS, CalibrationMethod

register = CALIBRATIONS.register

__all__ = [
    "CALIBRATION",
    "CALIBRATIONS",
    "Calibration",
    "CalibrationMethod",
    "load_calibration",
    "register",
    "save_calibration",
]


def __getattr__(name: str) -> Any:
    """Returns the registered class with this name."""
    if name.startswith("_"):
        raise AttributeError(name)
    return CALIBRATIONS.class_called(name)
