"""Checks of number and id columns before metrics are computed."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from tfrec_dl.errors import InputError


def finite(values: ArrayLike, name: str) -> np.ndarray:
    """Checks numbers of rows and returns them as [R] float64.

    Raises:
        InputError: if they are not a column of numbers, are empty, or one is not finite.
    """
    try:
        column = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} contains a value that is not a number ({error}): pass a column of numbers") from error
    if column.ndim != 1 or not len(column):
        raise InputError(f"{name} has the shape {column.shape}: pass one number per row, for at least one row")
    return _within(column, np.isfinite(column), name, "finite", "leave such rows out")


def probabilities(values: ArrayLike, name: str, advice: str = "pass probabilities, not logits") -> np.ndarray:
    """Checks probabilities of rows and returns them as [R] float64.

    Raises:
        InputError: as in `finite`, and if one lies outside [0, 1].
    """
    column = finite(values, name)
    return _within(column, (column >= 0.0) & (column <= 1.0), name, "between 0 and 1", advice)


def binary(values: ArrayLike, name: str) -> np.ndarray:
    """Checks labels of rows, 0 or 1, and returns them as [R] float64.

    Raises:
        InputError: as in `finite`, and if one is neither 0 nor 1.
    """
    column = finite(values, name)
    return _within(column, (column == 0.0) | (column == 1.0), name, "0 or 1", "choose what counts as a click first")


def codes(values: ArrayLike, name: str) -> np.ndarray:
    """Encodes ids of rows as [R] int64: 0 for the first distinct id, 1 for the next.

    Raises:
        InputError: if they are not a column, or one is missing.
    """
    column = np.asarray(values)
    if column.ndim != 1:
        raise InputError(f"{name} has the shape {column.shape}: pass one id per row")
    numbered = pd.factorize(column)[0].astype(np.int64)
    missing = np.flatnonzero(numbered < 0)
    if len(missing):
        raise InputError(
            f"{name} lacks {len(missing)} of {len(column)} ids, the first in row {missing[0]}: fill them in"
        )
    return numbered


def same_length(**columns: np.ndarray) -> None:
    """Checks that columns belong to the same rows.

    Raises:
        InputError: if their lengths differ.
    """
    if len({len(column) for column in columns.values()}) > 1:
        lengths = ", ".join(f"{name} {len(column)}" for name, column in columns.items())
        raise InputError(f"the columns have different numbers of rows ({lengths}): pass one value per row in each")


def _within(column: np.ndarray, good: np.ndarray, name: str, rule: str, advice: str) -> np.ndarray:
    bad = np.flatnonzero(~good)
    if len(bad):
        raise InputError(
            f"{name}: {len(bad)} of {len(column)} values are not {rule}, the first is {column[bad[0]]:g} in row "
            f"{bad[0]}: {advice}"
        )
    return column
