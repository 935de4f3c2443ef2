"""Baselines of ranking: the order in which impressions were shown, click rates of items, biases of ratings."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import numpy as np

from tfrec_dl.baselines.rating_bias import Rated, RatingBias
from tfrec_dl.errors import InputError
from tfrec_dl.ranking.data.feedback import CLICK, CONVERSION, RATING
from tfrec_dl.ranking.data.splits import ImpressionSplit
from tfrec_dl.ranking.evaluate import ranking_reports
from tfrec_dl.ranking.leaderboard import RankingEntry
from tfrec_dl.ranking.metrics.log_loss import log_losses
from tfrec_dl.ranking.names import CLICK_AND_CONVERSION

STRENGTHS = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
BIAS_STRENGTHS = (1.0, 3.0, 6.0, 12.0, 24.0)


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


def baseline_names(split: ImpressionSplit) -> list[str]:
    """The baselines that a table allows.

    Of clicks, "popularity" orders by the click rate of items, and "logged_order" by that of the positions at which
    impressions were shown, so it is the order that the log had. Where there are ratings alone, "rating_bias" is
    `RatingBias`.
    """
    if CLICK not in split.impressions.labels:
        return ["rating_bias"]
    return ["popularity"] if split.impressions.positions is None else ["popularity", "logged_order"]


def baseline_predictions(split: ImpressionSplit, name: str) -> dict[str, np.ndarray]:
    """Fits one baseline on the training part, with settings chosen on validation, and predicts the test part.

    Args:
        split: the impressions.
        name: one of `baseline_names`.

    Returns:
        "row" [m] int64 and what is predicted of each, as of `Predictor`.

    Raises:
        InputError: for another name.
    """
    if name not in baseline_names(split):
        raise InputError(f"no baseline {name!r} of these impressions: choose from {', '.join(baseline_names(split))}.")
    if name == "rating_bias":
        return {"row": split.test, RATING: _bias(split)}
    table = split.impressions
    keys = table.items if name == "popularity" else table.positions
    assert keys is not None
    found = {CLICK: SmoothedRates.tuned(keys, table.labels[CLICK], split.train, split.validation).rates}
    if CONVERSION in table.labels:
        train, validation = (rows[table.labels[CLICK][rows] == 1] for rows in (split.train, split.validation))
        found[CONVERSION] = SmoothedRates.tuned(keys, table.labels[CONVERSION], train, validation).rates
        found[CLICK_AND_CONVERSION] = found[CLICK] * found[CONVERSION]
    return {"row": split.test, **{label: rates[keys[split.test]] for label, rates in found.items()}}


def ranking_baseline_entries(split: ImpressionSplit, names: Sequence[str] | None = None) -> Iterator[RankingEntry]:
    """Fits and evaluates baselines on the test part, ready for a leaderboard.

    Args:
        split: the impressions.
        names: of baselines; None for all of `baseline_names`.

    Yields:
        One entry a baseline, as soon as it is done.
    """
    for name in baseline_names(split) if names is None else names:
        start = time.perf_counter()
        predictions = baseline_predictions(split, name)
        seconds = time.perf_counter() - start
        yield RankingEntry(name, ranking_reports(predictions, split.impressions), seconds, "baseline")


def _bias(split: ImpressionSplit) -> np.ndarray:
    """Ratings of the test part [m] float32."""
    table = split.impressions

    def rated(rows: np.ndarray) -> Rated:
        return Rated(table.user_ids[table.users[rows]], table.item_ids[table.items[rows]], table.labels[RATING][rows])

    test = rated(split.test)
    bias = RatingBias.tuned(rated(split.train), rated(split.validation), BIAS_STRENGTHS)
    return bias.predict_ratings(test.user_ids, test.item_ids)
