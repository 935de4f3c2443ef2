"""Converts the times of a table to numbers in the same order, in any unit."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from tfrec_dl.data.tables.checks import EXACT_FLOAT, Locate, is_text, plain, refuse, show
from tfrec_dl.errors import InputError

TimeUnit = Literal["s", "us", "ns"]
IN_A_SECOND: dict[TimeUnit, int] = {"s": 1, "us": 10**6, "ns": 10**9}
LARGEST = np.iinfo(np.int64).max
UNITS_APART = (10**3, 10**6, 10**9)
"""Factors by which the same times differ in seconds, milliseconds, microseconds and nanoseconds."""
NEAR = 1.2
"""Largest ratio between times, counted from 1970, that are taken to be of the same period."""


@dataclass(frozen=True, eq=False)
class Times:
    """Times as numbers in the same order.

    Attributes:
        values: [n] int64 or float64.
        unit: unit of datetimes, counted from 1970; None for numbers, which are in the table's own unit.
    """

    values: np.ndarray
    unit: TimeUnit | None

    @property
    def kind(self) -> str:
        """Kind of the times, "numbers" or "datetimes"."""
        return "numbers" if self.unit is None else "datetimes"

    def parts(self) -> tuple[np.ndarray, np.ndarray]:
        """Splits times into whole numbers [n] int64 and fractions [n] float64, which sort in the same order.

        Datetimes are split into seconds, so that rows read separately sort together.
        """
        values = self.values
        if self.unit == "s" and values.dtype.kind == "f":
            values, a_second = np.rint(values * IN_A_SECOND["us"]).astype(np.int64), IN_A_SECOND["us"]
        elif values.dtype.kind == "i":
            a_second = IN_A_SECOND[self.unit or "s"]
        else:
            floor = np.floor(values)
            large = np.abs(floor) >= LARGEST
            whole = np.where(large, 0, floor).astype(np.int64)
            whole[large] = np.where(values[large] > 0, LARGEST, -LARGEST)
            return whole, np.where(large, values, values - floor)
        whole, rest = np.divmod(values, a_second)
        return whole, rest / a_second


def checked_times(column: pd.Series, name: Hashable, locate: Locate) -> Times:
    """Converts times to numbers in the same order.

    Numbers stay as they are, in the table's own unit. Datetimes and ISO 8601 text become seconds since 1970 (UTC if no
    zone is given): int64 if all are whole seconds, float64 if all are whole microseconds. Others become int64
    nanoseconds, because float64 would make neighbors tie.

    Args:
        column: [n] times.
        name: the column's name, for errors.
        locate: how to name a row, for errors.

    Raises:
        InputError: if a time is missing or infinite, or is neither a number nor a datetime, or a column mixes the two.
    """
    refuse(column.isna().to_numpy(), column, name, locate, "the time is missing", "fill it in or drop the row")
    column = given = plain(column)
    if is_text(column):
        column = _parsed(column, name, locate)
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return _of_datetimes(column)
    if not pd.api.types.is_any_real_numeric_dtype(column.dtype):
        kind = f"{column.dtype} values such as {show(column.iloc[0])}"
        raise InputError(f"column {name!r} holds {kind}: use numbers or datetimes as times")
    if pd.api.types.is_integer_dtype(column.dtype) and column.max() <= LARGEST:
        return Times(column.to_numpy(dtype=np.int64), None)
    times = column.to_numpy(dtype=np.float64)
    refuse(~np.isfinite(times), given, name, locate, "the time is infinite", "fill it in or drop the row")
    return Times(times, None)


def units_apart(one: float, other: float) -> int:
    """Returns the ratio of two units of time, if two times seem to be in different ones; otherwise 0.

    Args:
        one: a time.
        other: a time of about the same period.

    Returns:
        One of `UNITS_APART`, if the larger time is about that many times the other.
    """
    low, high = sorted((abs(one), abs(other)))
    if low == 0:
        return 0
    return next((units for units in UNITS_APART if units / NEAR <= high / low <= units * NEAR), 0)


def show_time(time: float, unit: TimeUnit | None) -> str:
    """Formats a time as the user knows it: a datetime, or a number in the table's own unit."""
    if unit is None:
        return f"{time:.15g}"
    if unit == "s":
        time, unit = round(float(time) * IN_A_SECOND["us"]), "us"
    return str(np.datetime64(int(time), unit)).removesuffix(".000000")


def elapsed(now: np.ndarray, then: np.ndarray, unit: TimeUnit | None) -> np.ndarray:
    """Computes the time between times, float32: in seconds for datetimes, otherwise in the table's own unit."""
    return ((now - then) / IN_A_SECOND[unit or "s"]).astype(np.float32)


def _parsed(column: pd.Series, name: Hashable, locate: Locate) -> pd.Series:
    """Parses text or objects as numbers, or otherwise as datetimes."""
    numbers = pd.to_numeric(column, errors="coerce")
    are_numbers = numbers.notna().to_numpy()
    if are_numbers.all():
        return numbers
    # pandas would read a number as a year, or as another datetime.
    datetimes = pd.to_datetime(column.mask(are_numbers), errors="coerce", format="ISO8601", utc=True)
    are_datetimes = datetimes.notna().to_numpy()
    if are_datetimes.all():
        return datetimes
    remedy = "correct it or drop the row"
    neither = ~(are_numbers | are_datetimes)
    refuse(neither, column, name, locate, "the time is neither a number nor an ISO 8601 datetime", remedy)
    if np.count_nonzero(are_datetimes) > np.count_nonzero(are_numbers):
        refuse(are_numbers, column, name, locate, "the time is a number among datetimes", remedy)
    refuse(are_datetimes, column, name, locate, "the time is a datetime among numbers", remedy)
    raise AssertionError("one of the three holds")


def _of_datetimes(column: pd.Series) -> Times:
    if column.dt.tz is not None:
        column = column.dt.tz_convert("UTC").dt.tz_localize(None)
    times = column.to_numpy()
    seconds = times.astype("datetime64[s]")
    if (seconds == times).all():
        return Times(seconds.astype(np.int64), "s")
    micros = times.astype("datetime64[us]")
    if (micros != times).any():
        return Times(times.astype("datetime64[ns]").astype(np.int64), "ns")
    if np.abs(micros.astype(np.int64)).max() >= EXACT_FLOAT:
        return Times(micros.astype(np.int64), "us")
    return Times((times - np.datetime64(0, "s")) / np.timedelta64(1, "s"), "s")
