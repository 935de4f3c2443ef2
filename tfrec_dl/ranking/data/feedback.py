"""Columns of feedback -> labels to learn, and the weight of each row."""

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
        values: label ("click", "conversion", "rating") -> [n] float32; the first two are 0 or 1.
        weights: [n] float32, how much a row counts in the loss; None where all count 1.
        kept: [n] bool, False for rows without a label: neither liked nor disliked.
    """

    values: dict[str, np.ndarray]
    weights: np.ndarray | None
    kept: np.ndarray


@dataclass(frozen=True)
class Feedback:
    """Which columns hold what the user did with an impression, or thought of it.

    Attributes:
        click: column of clicks, 0 or 1; or, with `like`, of any number whose high values are as good as a click.
        conversion: column of conversions (orders, subscriptions), 0 or 1; only what was clicked converts, and needs a
            value.
        rating: column of ratings, to be predicted as numbers.
        like: value of the click column from which a row is a click.
        dislike: value up to which it is none; rows between the two have no label and are left out. None: all below
            `like`. A row that was disliked is a hard negative: the user has seen the item, and refused it.
        dislike_weight: how much a disliked row counts, where `dislike` is given.
        confidence: column of dwell times, play counts and the like: the more, the surer the click. Only clicks need a
            value; one of value r counts 1 + log(1 + r / median r of the clicks) (Hu, Koren and Volinsky, ICDM 2008,
            equation 6).
        weight: column of weights, not negative, taken as they are: ratings as weights, for instance.

    Raises:
        InputError: if the parts do not fit together.
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
        """Checks that the parts fit together."""
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
            raise InputError(f"dislike is {self.dislike:g} and like {self.like}: give like, and let it be above.")
        if not 0 < self.dislike_weight < float("inf"):
            raise InputError(f"dislike_weight is {self.dislike_weight:g}: it must be above 0.")

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels there are, in this order: "click", "conversion", "rating"."""
        return tuple(name for name in (CLICK, CONVERSION, RATING) if getattr(self, name) is not None)

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The columns of outcomes, each once: nobody knows them beforehand."""
        named = (self.click, self.conversion, self.rating, self.confidence)
        return tuple(dict.fromkeys(name for name in named if name is not None))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are read, each once."""
        return tuple(dict.fromkeys((*self.outcomes, *(() if self.weight is None else (self.weight,)))))

    def read(self, frame: pd.DataFrame, locate: Locate) -> Labels:
        """Turns the columns of a table into labels.

        Args:
            frame: has the `columns`.
            locate: how to name a row, for errors.

        Raises:
            InputError: if a value is missing or no number, a click or conversion is neither 0 nor 1, something
                converts without a click, no row is a click or all are, or all weights are 0.
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
            _refuse_other_than_binary(converted, frame[self.conversion], self.conversion, locate, "or correct it")
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
    """The column with 0 where there is no value and no click either, as logs have what comes of clicks alone."""
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
