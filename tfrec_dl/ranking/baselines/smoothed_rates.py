"""Click rates of keys, smoothed towards the rate of all."""

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
    """How often each of some keys was clicked, smoothed towards the rate of all.

    Args:
        keys: [n] int, 0 to `size` - 1.
        labels: [n], 1 or 0.
        size: number of keys; those without a row have the rate of all.
        strength: rows of the rate of all that every key is taken to have besides its own, above 0.

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
        # One more row of each kind keeps the rate of all off 0 and 1.
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
            keys: [n] int from 0, of a whole table.
            labels: [n], of it.
            train: rows to take rates from.
            validation: rows to choose on; without any the strength is the middle one.
            strengths: tried.
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
    """Predicts clicks, and conversions where there are some, of the test part by a key of each impression.

    Args:
        keys: [n] int from 0.
        split: the impressions.

    Returns:
        As of `RankingBaseline.predictions`.
    """
    labels = split.impressions.labels
    found = {CLICK: SmoothedRates.tuned(keys, labels[CLICK], split.train, split.validation).rates}
    if CONVERSION in labels:
        train, validation = (rows[labels[CLICK][rows] == 1] for rows in (split.train, split.validation))
        found[CONVERSION] = SmoothedRates.tuned(keys, labels[CONVERSION], train, validation).rates
        found[CLICK_AND_CONVERSION] = found[CLICK] * found[CONVERSION]
    return {"row": split.test, **{label: rates[keys[split.test]] for label, rates in found.items()}}
