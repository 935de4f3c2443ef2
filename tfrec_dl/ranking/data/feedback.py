"""Conversion of feedback columns to labels and row weights."""

from dataclasses import dataclass
from numbers import Real
from types import NoneType
from typing import NamedTuple

import numpy as np
import pandas as pd

from tfrec_dl.arguments import require_type
from tfrec_dl.data.catalogue.feature_kinds import missing_cells
from tfrec_dl.data.tables.checks import Locate, checked_numbers, is_text, plain, refuse, show
from tfrec_dl.errors import InputError

CLICK, CONVERSION, RATING = "click", "conversion", "rating"
LIST = "list"


class Labels(NamedTuple):
    """The labels of a table's rows.

    Attributes:
        values: maps label ("click", "conversion", "rating") to [n] float32; the first two are 0 or 1.
        weights: [n] float32, weight of each row in the loss; None for equal weights.
        kept: [n] bool, False for rows without a label, which are neither liked nor disliked.
    """

    values: dict[str, np.ndarray]
    weights: np.ndarray | None
    kept: np.ndarray


@dataclass(frozen=True)
class Feedback:
    """Which columns say what a user did with an impression, or thought of it.

    Attributes:
        click: column of clicks, 0 or 1; with `like`, a column of numbers whose high values count as clicks.
        conversion: column of conversions (orders, subscriptions), 0 or 1. Only clicked rows can convert and need a
            value.
        rating: column of ratings to predict as numbers.
        like: value of the click column from which a row counts as a click.
        dislike: value up to which a row counts as no click; rows between the two have no label and are dropped. None:
            all values below `like`. A disliked row is a hard negative, because the user saw the item and rejected it.
        dislike_weight: weight of a disliked row, if `dislike` is given.
        confidence: column of dwell times, play counts and the like; higher values make a click more certain. Only
            clicks need a value. A value r gives the weight 1 + log(1 + r / median r of the clicks) (Hu, Koren and
            Volinsky, ICDM 2008, equation 6).
        weight: column of non-negative weights, used unchanged; for instance ratings as weights.

    Raises:
        InputError: if the settings do not fit together.
    """

    click: str | None = None
    conversion: str | None = None
    rating: str | None = None
    like: float | None = None
    dislike: float | None = None
    dislike_weight: float = 1.0
    confidence: str | None = None
    weight: str | None = None

    def __post_init__(self) -> None:
        """Checks that the settings fit together."""
        for name, value in (("like", self.like), ("dislike", self.dislike)):
            require_type(value, (Real, NoneType), name, "give a number, from which a value of the label counts")
        if self.click is None and self.rating is None:
            raise InputError("no label is named: name the column of clicks or that of ratings.")
        if self.conversion is not None and self.click is None:
            raise InputError(
                f"conversions are in column {self.conversion!r}, but no column of clicks is named: name it."
            )
        if self.like is not None and self.click is None:
            raise InputError(
                f"like is {self.like:g}, but it is a threshold of a column that is not named: name it as click."
            )
        if self.dislike is not None and (self.like is None or self.dislike >= self.like):
            raise InputError(
                f"dislike is {self.dislike:g} and like {self.like}: give like, with a value above dislike."
            )
        if not 0 < self.dislike_weight < float("inf"):
            raise InputError(f"dislike_weight is {self.dislike_weight:g}: it must be above 0.")

    @property
    def labels(self) -> tuple[str, ...]:
        """The available labels, in this order: "click", "conversion", "rating"."""
        return tuple(name for name in (CLICK, CONVERSION, RATING) if getattr(self, name) is not None)

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The distinct columns of outcomes, which are not known in advance."""
        named = (self.click, self.conversion, self.rating, self.confidence)
        return tuple(dict.fromkeys(name for name in named if name is not None))

    @property
    def columns(self) -> tuple[str, ...]:
        """The distinct columns to read."""
        return tuple(dict.fromkeys((*self.outcomes, *(() if self.weight is None else (self.weight,)))))

    def read(self, frame: pd.DataFrame, locate: Locate) -> Labels:
        """Converts the columns of a table to labels.

        Args:
            frame: table with the `columns`.
            locate: function that names a row, for errors.

        Raises:
            InputError: if a value is missing or not a number, a click or conversion is neither 0 nor 1, a row converts
                without a click, no row or every row is a click, or all weights are 0.
        """
        count = len(frame)
        values: dict[str, np.ndarray] = {}
        kept = np.ones(count, dtype=bool)
        weights = None if self.weight is None else checked_numbers(frame[self.weight], self.weight, locate, "weight")
        if self.click is not None:
            numbers = checked_numbers(frame[self.click], self.click, locate, CLICK)
            if self.like is None:
                _refuse_other_than_binary(numbers, frame[self.click], self.click, locate, "or give like=VALUE")
                values[CLICK] = numbers
            else:
                values[CLICK] = (numbers >= self.like).astype(np.float32)
                if self.dislike is not None:
                    disliked = numbers <= self.dislike
                    kept = (numbers >= self.like) | disliked
                    counted = np.where(disliked, self.dislike_weight, 1.0).astype(np.float32)
                    weights = counted if weights is None else weights * counted
            _refuse_one_class(values[CLICK][kept], self.click)
        if self.conversion is not None:
            column = _filled(frame[self.conversion], values[CLICK])
            converted = checked_numbers(column, self.conversion, locate, CONVERSION)
            _refuse_other_than_binary(
                converted, frame[self.conversion], self.conversion, locate, "or leave the column of conversions out"
            )
            unclicked = kept & (converted == 1) & (values[CLICK] == 0)
            remedy = f"a conversion follows a click: correct it, or set {self.click!r} to 1"
            refuse(unclicked, frame[self.conversion], self.conversion, locate, "it converts without a click", remedy)
            values[CONVERSION] = converted
        if self.rating is not None:
            values[RATING] = checked_numbers(frame[self.rating], self.rating, locate, RATING)
        if self.confidence is not None:
            sureness = self._confidence(frame[self.confidence], values.get(CLICK, np.ones(count)), locate)
            weights = sureness if weights is None else weights * sureness
        if weights is not None and not weights[kept].any():
            raise InputError(
                f"column {self.weight!r} is 0 in every row: a row of weight 0 teaches nothing, leave it out."
            )
        return Labels(values, weights, kept)

    def _confidence(self, column: pd.Series, clicks: np.ndarray, locate: Locate) -> np.ndarray:
        assert self.confidence is not None
        numbers = checked_numbers(_filled(column, clicks), self.confidence, locate, "weight")
        positive = numbers[(clicks == 1) & (numbers > 0)]
        if not len(positive):
            raise InputError(
                f"column {self.confidence!r} is 0 for every click: it carries no information, leave it out."
            )
        return np.where(clicks == 1, 1 + np.log1p(numbers / np.median(positive)), 1.0).astype(np.float32)


def _filled(column: pd.Series, clicks: np.ndarray) -> pd.Series:
    """Fills a column with 0 where a value is missing without a click, because logs record outcomes only for clicks."""
    column = plain(column)
    return column.where(~missing_cells(column) | (clicks == 1), "0" if is_text(column) else 0)


def _refuse_other_than_binary(numbers: np.ndarray, column: pd.Series, name: str, locate: Locate, remedy: str) -> None:
    bad = (numbers != 0) & (numbers != 1)
    refuse(bad, column, name, locate, "the value is neither 0 nor 1", f"correct it, {remedy}")


def _refuse_one_class(clicks: np.ndarray, name: str) -> None:
    if not len(clicks):
        raise InputError(f"column {name!r} leaves no row that is liked or disliked: choose other limits.")
    if clicks.min() == clicks.max():
        every = show(float(clicks[0]))
        raise InputError(f"every row's click is {every} by column {name!r}: clicks and non-clicks are both needed.")
