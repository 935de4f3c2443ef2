"""Errors of predicted ratings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.paired import PairedDifference, paired


class RatedPairs(Protocol):
    """Ratings of pairs, with users and items as codes into their ids, as in `Reviews`."""

    @property
    def user_ids(self) -> np.ndarray:
        """[U] object (str)."""

    @property
    def item_ids(self) -> np.ndarray:
        """[I] object (str)."""

    @property
    def users(self) -> np.ndarray:
        """[n] int32 codes into `user_ids`."""

    @property
    def items(self) -> np.ndarray:
        """[n] int32 codes into `item_ids`."""

    @property
    def ratings(self) -> np.ndarray:
        """[n] float32."""


class RatingPredictor(Protocol):
    """Anything that predicts ratings: a `RatingModel`, a baseline or an export."""

    def predict_ratings(self, user_ids: Sequence[str] | np.ndarray, item_ids: Sequence[str] | np.ndarray) -> np.ndarray:
        """Ids [B] and [B] -> ratings [B] float32."""
        ...


@dataclass(frozen=True, eq=False)
class RatingReport:
    """Given and predicted ratings.

    Attributes:
        user_ids: [n] object (str), user of each rating.
        item_ids: [n] object (str), item of each rating.
        rated: [n] float64 given ratings.
        predicted: [n] float64 predicted ratings.
    """

    user_ids: np.ndarray
    item_ids: np.ndarray
    rated: np.ndarray
    predicted: np.ndarray

    def __len__(self) -> int:
        """The number of ratings."""
        return len(self.rated)

    @property
    def squared_errors(self) -> np.ndarray:
        """Returns the squared errors, [n] float64."""
        errors: np.ndarray = np.square(self.predicted - self.rated)
        return errors

    def summary(self) -> dict[str, float]:
        """Returns `mse`, `rmse` and `mae` over the ratings."""
        mse = float(self.squared_errors.mean())
        return {"mse": mse, "rmse": mse**0.5, "mae": float(np.abs(self.predicted - self.rated).mean())}


def evaluate_ratings(model: RatingPredictor, reviews: RatedPairs) -> RatingReport:
    """Predicts held-out ratings.

    Args:
        model: model that predicts from the ids alone.
        reviews: held-out ratings; texts are not read.

    Raises:
        InputError: if there are no ratings, or a prediction is not finite.
    """
    if not len(reviews.ratings):
        raise InputError("there are 0 ratings to evaluate on: hold some out")
    user_ids, item_ids = reviews.user_ids[reviews.users], reviews.item_ids[reviews.items]
    predicted = np.asarray(model.predict_ratings(user_ids, item_ids), dtype=np.float64)
    bad = np.flatnonzero(~np.isfinite(predicted))
    if len(bad):
        first = f"user {user_ids[bad[0]]!r} with item {item_ids[bad[0]]!r}"
        raise InputError(f"{len(bad)} of {len(predicted)} predictions are not finite, the first for {first}")
    return RatingReport(user_ids, item_ids, reviews.ratings.astype(np.float64), predicted)


def pooled(reports: Sequence[RatingReport]) -> RatingReport:
    """Pools the ratings of several reports into one, for example the test parts of several splits.

    Raises:
        InputError: if there are no reports.
    """
    if not reports:
        raise InputError("0 reports cannot be pooled: give at least one")
    return RatingReport(
        np.concatenate([report.user_ids for report in reports]),
        np.concatenate([report.item_ids for report in reports]),
        np.concatenate([report.rated for report in reports]),
        np.concatenate([report.predicted for report in reports]),
    )


def paired_rating_difference(report_a: RatingReport, report_b: RatingReport, seed: int = 0) -> PairedDifference:
    """Difference of two models' MSE on the same ratings; negative if the first is better.

    Args:
        report_a: report of the first model.
        report_b: report of the second model.
        seed: seed of the bootstrap.

    Raises:
        InputError: if the reports cover different ratings.
    """
    check_same_ratings(report_a, report_b)
    return paired(report_a.squared_errors - report_b.squared_errors, seed)


def check_same_ratings(report_a: RatingReport, report_b: RatingReport) -> None:
    """Checks that two models predicted the same ratings.

    Raises:
        InputError: if they did not.
    """
    for name in ("user_ids", "item_ids", "rated"):
        if not np.array_equal(getattr(report_a, name), getattr(report_b, name)):
            raise InputError(
                f"reports over different ratings ({len(report_a)} and {len(report_b)}) cannot be paired: evaluate both "
                "on the same ratings"
            )
