"""From a ranker's logits to calibrated probabilities.

Every registered class is a name of this package: `calibration.Platt`.
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
    """The registered class that is called so."""
    if name.startswith("_"):
        raise AttributeError(name)
    return CALIBRATIONS.class_called(name)
