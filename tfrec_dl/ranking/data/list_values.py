"""Checks on list, position and part columns of impressions."""

import numpy as np
import pandas as pd

from tfrec_dl.data.tables.checks import Locate, checked_numbers, refuse
from tfrec_dl.ranking.data.columns import ImpressionColumns

LONGEST_LIST = 10_000  # maximum number of positions
PARTS = ("train", "validation", "test")


def numbered_lists(frame: pd.DataFrame, columns: ImpressionColumns, locate: Locate) -> np.ndarray:
    """Returns [n] int32 list numbers in the order of first appearance."""
    if not columns.lists:
        return np.arange(len(frame), dtype=np.int32)
    codes = np.zeros(len(frame), dtype=np.int64)
    for name in columns.lists:
        found, distinct = pd.factorize(frame[name])
        refuse(found < 0, frame[name], name, locate, "the list is missing", "fill it in or drop the row")
        codes = pd.factorize(codes * len(distinct) + found)[0]
    return codes.astype(np.int32)


def refuse_mixed(
    lists: np.ndarray,
    values: np.ndarray,
    column: pd.Series,
    name: str,
    locate: Locate,
    remedy: str = "name columns that distinguish lists",
) -> None:
    """Raises InputError if a list has several users, times or parts."""
    first = np.zeros(lists.max() + 1, dtype=np.int64)
    first[lists[::-1]] = np.arange(len(lists))[::-1]  # the last write wins, which leaves the list's first row
    mixed = values != values[first[lists]]
    refuse(mixed, column, name, locate, f"the list has another {name!r} in an earlier row", remedy)


def checked_positions(column: pd.Series, name: str, locate: Locate) -> np.ndarray:
    """Returns [n] int32 positions in the list, from 0 or 1."""
    numbers = checked_numbers(column, name, locate, "position")
    bad = (numbers < 0) | (numbers >= LONGEST_LIST) | (numbers != np.floor(numbers))
    refuse(bad, column, name, locate, f"a position is a whole number from 0 to {LONGEST_LIST - 1:,}", "correct it")
    return numbers.astype(np.int32)


def checked_parts(column: pd.Series, name: str, lists: np.ndarray, locate: Locate) -> np.ndarray:
    """Returns [n] int8 indices into `PARTS`, one per list."""
    parts = column.map({part: number for number, part in enumerate(PARTS)})
    refuse(parts.isna().to_numpy(), column, name, locate, f"a part is one of {', '.join(PARTS)}", "correct it")
    numbers = parts.to_numpy(dtype=np.int8)
    refuse_mixed(lists, numbers, column, name, locate)
    return numbers
