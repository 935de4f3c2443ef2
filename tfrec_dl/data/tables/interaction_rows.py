"""Checks of a table of interactions, the same for a table in memory and for pieces of a larger one."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from tfrec_dl.data.tables.checks import Locate, checked_ids, checked_numbers
from tfrec_dl.data.tables.columns import Columns
from tfrec_dl.data.tables.times import Times, checked_times
from tfrec_dl.errors import InputError


class InteractionRows(NamedTuple):
    """Checked rows.

    Attributes:
        users: [n] int32 codes into `user_ids`.
        user_ids: [U] object (str), in the order of first appearance.
        items: [n] int32 codes into `item_ids`.
        item_ids: [I] object (str), in the order of first appearance.
        times: [n], or None if the table has none.
        ratings: [n] float32, or None.
        weights: [n] float32, not negative, or None.
    """

    users: np.ndarray
    user_ids: np.ndarray
    items: np.ndarray
    item_ids: np.ndarray
    times: Times | None
    ratings: np.ndarray | None
    weights: np.ndarray | None


def checked_rows(frame: pd.DataFrame, columns: Columns, locate: Locate) -> InteractionRows:
    """Checks every column of some rows of a table of interactions.

    Args:
        frame: at least one row.
        columns: columns of the table, resolved.
        locate: how to name a row, for errors.

    Raises:
        InputError: for an invalid value; the message names column, row and value.
    """
    users, user_ids = checked_ids(frame[columns.user], columns.user, locate)
    items, item_ids = checked_ids(frame[columns.item], columns.item, locate)
    times = None if columns.time is None else checked_times(frame[columns.time], columns.time, locate)
    numbers = {
        part: None if name is None else checked_numbers(frame[name], name, locate, part)
        for part, name in (("rating", columns.rating), ("weight", columns.weight))
    }
    return InteractionRows(users, user_ids, items, item_ids, times, numbers["rating"], numbers["weight"])


def refuse_no_weight(largest: float, name: str | None) -> None:
    """Raises an InputError if the largest weight of a table is 0, because nothing would be learned."""
    if largest == 0:
        raise InputError(f"column {name!r} is 0 in every row: a row of weight 0 teaches nothing, leave the column out")
