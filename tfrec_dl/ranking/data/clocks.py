"""Conversion of the times of impressions and of history interactions to one clock, with checks."""

from dataclasses import replace

import numpy as np

from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.tables.times import IN_A_SECOND, LARGEST, TimeUnit, show_time, units_apart
from tfrec_dl.errors import InputError
from tfrec_dl.ranking.data.impressions import Impressions

FAR = 3
"""Units differ if the times of the two tables are this many times as far apart as either table reaches, ..."""
LARGER = 10
"""... and this many times as large: a time in seconds is 60 times as large as in minutes."""


def on_one_clock(impressions: Impressions, interactions: Interactions) -> tuple[Impressions, Interactions]:
    """Returns both tables with comparable times.

    Datetimes of different precision are converted to the finer one. Numbers have no unit, so their ranges must agree.

    Raises:
        InputError: if one has no times; if one has numbers and the other datetimes; if the numbers seem to be in
            different units; or if every interaction is later than every list, so that all histories would be empty.
    """
    for name, table in (("impressions", impressions), ("interactions of the histories", interactions)):
        if table.times is None:
            raise InputError(
                f"the {name} have no times, which are needed to end a history before its list: name their column"
            )
    units = impressions.time_unit, interactions.time_unit
    if (units[0] is None) != (units[1] is None):
        numbers, datetimes = ("impressions", "histories")[:: 1 if impressions.time_unit is None else -1]
        raise InputError(
            f"the times of the {numbers} are numbers and those of the {datetimes} are datetimes: give both as the "
            "same type"
        )
    shown, past = _values(impressions), _values(interactions)
    if units[0] is None or units[1] is None:
        _refuse_other_unit(shown, past)
    elif units[0] != units[1]:
        unit = max(units[0], units[1], key=IN_A_SECOND.__getitem__)
        shown, past = _counted_in(unit, shown, units[0]), _counted_in(unit, past, units[1])
        impressions = replace(impressions, times=shown, time_unit=unit)
        interactions = replace(interactions, times=past, time_unit=unit)
    if past.min() >= shown.max():
        begin, last = (show_time(time, impressions.time_unit) for time in (past.min(), shown.max()))
        raise InputError(
            f"the histories begin at {begin}, not before the last list ({last}), so that all are empty: give earlier "
            "interactions, with times in the unit of the impressions"
        )
    return impressions, interactions


def _values(table: Impressions | Interactions) -> np.ndarray:
    assert table.times is not None
    return table.times


def _refuse_other_unit(shown: np.ndarray, past: np.ndarray) -> None:
    largest = [float(np.abs(times).max()) for times in (shown, past)]
    middle = [float(np.median(np.abs(times))) for times in (shown, past)]
    gap = max(shown.min() - past.max(), past.min() - shown.max())
    reach = max(np.ptp(shown), np.ptp(past))
    far = gap > FAR * reach and max(largest) > LARGER * min(largest)
    if units_apart(*largest) or units_apart(*middle) or far:
        raise InputError(
            f"the times of the impressions are about {middle[0]:.15g} and those of the histories about "
            f"{middle[1]:.15g}, which seem to be different units: give both in the same unit"
        )


def _counted_in(unit: TimeUnit, times: np.ndarray, before: TimeUnit) -> np.ndarray:
    """Converts datetimes to a finer unit, int64."""
    if times.dtype.kind == "f":  # whole microseconds, expressed in seconds
        times, before = np.rint(times * IN_A_SECOND["us"]).astype(np.int64), "us"
    factor = IN_A_SECOND[unit] // IN_A_SECOND[before]
    if np.abs(times).max() > LARGEST // factor:
        raise InputError(
            f"one table has dates that {unit} cannot represent, and the other has times in {unit}: round them"
        )
    return times * factor
