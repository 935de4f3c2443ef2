"""Base class and registry of the calibration methods."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from tfrec_dl.errors import InputError
from tfrec_dl.ranking.calibration.calibration import Calibration
from tfrec_dl.registry import Registry


class CalibrationMethod(ABC):
    """Base class of methods that turn click logits into probabilities.

    A subclass is a `@configuration` whose fields are its settings, registered under a name.

    Attributes:
        name: name under which it is registered.
    """

    name: ClassVar[str]

    @abstractmethod
    def fit(self, logits: ArrayLike, labels: ArrayLike, weights: ArrayLike | None = None) -> Calibration:
        """Fits on rows that the model was not trained on.

        Args:
            logits: [R].
            labels: [R], 0 or 1, both present.
            weights: [R] above 0; None for 1 each.

        Raises:
            InputError: if the values are invalid, the numbers of rows differ, or all labels are equal.
        """


CALIBRATIONS: Registry[CalibrationMethod] = Registry("calibration", "tfrec_dl.ranking.calibration")


def checked(logits: ArrayLike, labels: ArrayLike, weights: ArrayLike | None) -> tuple[np.ndarray, ...]:
    """Checks the arguments of `CalibrationMethod.fit` and returns them as float64 [R] each.

    Raises:
        InputError: as in `CalibrationMethod.fit`.
    """
    x, y = np.asarray(logits, dtype=np.float64), np.asarray(labels, dtype=np.float64)
    rows = np.ones_like(y) if weights is None else np.asarray(weights, dtype=np.float64)
    if x.ndim != 1 or not x.shape == y.shape == rows.shape:
        raise InputError(
            f"logits {x.shape}, labels {y.shape} and weights {rows.shape} cannot be calibrated: pass one number per "
            "row in each"
        )
    for name, column in (("logits", x), ("labels", y), ("weights", rows)):
        bad = np.flatnonzero(~np.isfinite(column))
        if len(bad):
            raise InputError(
                f"{name}: {len(bad)} of {len(column)} values are not finite, the first is {column[bad[0]]} in row "
                f"{bad[0]}: leave such rows out"
            )
    if not np.isin(y, (0.0, 1.0)).all() or not 0.0 < y.sum() < len(y):
        found = ", ".join(f"{value:g}" for value in np.unique(y)[:5]) or "none"
        raise InputError(f"the labels to calibrate on are {found}: both 0 and 1 are needed, and nothing else")
    if not (rows > 0.0).all():
        raise InputError(f"a weight is {rows.min():g}: weights to calibrate with are above 0, so leave such rows out")
    return x, y, rows
