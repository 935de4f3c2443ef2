"""Click rates per key, smoothed toward the overall rate."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tfrec_dl.errors import InputError
from tfrec_dl.ranking.data.feedback import CLICK, CONVERSION
from tfrec_dl.ranking.data.splits import ImpressionSplit
from tfrec_dl.ranking.metrics.log_loss import log_losses
from tfrec_dl.ranking.names import CLICK_AND_CONVERSION

STRENGTHS = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)


class SmoothedRates:
    """How often each key was clicked, smoothed toward the overall rate.

    Args:
        keys: [n] int, 0 to `size` - 1.
        labels: [n], 1 or 0.
        size: number of keys; keys without rows have the overall rate.
        strength: number of rows at the overall rate that are added to each key, above 0.

    Attributes:
        rates: [size] float64.

    Raises:
        InputError: if there are no rows, or the strength is not above 0.
    """

    def __init__(self, keys: np.ndarray, labels: np.ndarray, size: int, strength: float) -> None:
        if not len(keys):
            raise InputError("there are 0 rows to take rates from: give at least one")
        if not strength > 0:
            raise InputError(f"strength is {strength:g}: it must be above 0")
        # One extra row of each kind keeps the overall rate away from 0 and 1.
        rate = (labels.sum() + 1.0) / (len(labels) + 2.0)
        clicks = np.bincount(keys, weights=labels, minlength=size)
        self.rates = (clicks + strength * rate) / (np.bincount(keys, minlength=size) + strength)

    @classmethod
    def tuned(
        cls,
        keys: np.ndarray,
        labels: np.ndarray,
        train: np.ndarray,
        validation: np.ndarray,
        strengths: Sequence[float] = STRENGTHS,
    ) -> SmoothedRates:
        """Chooses the strength by validation log loss.

        Args:
            keys: [n] int from 0, for a whole table.
            labels: [n], for the same table.
            train: rows to compute rates from.
            validation: rows to choose on; if empty, the middle strength is used.
            strengths: strengths to try.
        """
        size = int(keys.max()) + 1

        def fitted(strength: float) -> SmoothedRates:
            return cls(keys[train], labels[train], size, strength)

        if not len(validation):
            return fitted(strengths[len(strengths) // 2])
        return min(
            (fitted(strength) for strength in strengths),
            key=lambda rates: float(log_losses(rates.rates[keys[validation]], labels[validation]).mean()),
        )


def rates_by(keys: np.ndarray, split: ImpressionSplit) -> dict[str, np.ndarray]:
    """Predicts clicks, and conversions if there are any, for the test part from one key per impression.

    Args:
        keys: [n] int from 0.
        split: the impressions.

    Returns:
        The same as `RankingBaseline.predictions`.
    """
    labels = split.impressions.labels
    found = {CLICK: SmoothedRates.tuned(keys, labels[CLICK], split.train, split.validation).rates}
    if CONVERSION in labels:
        train, validation = (rows[labels[CLICK][rows] == 1] for rows in (split.train, split.validation))
        found[CONVERSION] = SmoothedRates.tuned(keys, labels[CONVERSION], train, validation).rates
        found[CLICK_AND_CONVERSION] = found[CLICK] * found[CONVERSION]
    return {"row": split.test, **{label: rates[keys[split.test]] for label, rates in found.items()}}
