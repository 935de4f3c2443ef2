"""Times of impressions and of the interactions of their histories, brought to one clock or refused."""

from dataclasses import replace

import numpy as np

from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.tables.times import IN_A_SECOND, LARGEST, TimeUnit, show_time, units_apart
from tfrec_dl.errors import InputError
from tfrec_dl.ranking.data.impressions import Impressions

FAR = 3
"""Times of another unit are this many times as far away as either table reaches, ..."""
LARGER = 10
"""... and this many times as large: minutes are 60 times fewer than seconds."""


def on_one_clock(impressions: Impressions, interactions: Interactions) -> tuple[Impressions, Interactions]:
    """Both tables, with comparable times.

    Datetimes of different precision get the finer one. Numbers have no unit of their own, so their ranges must agree.

    Raises:
        InputError: if one has no times; if one has numbers and the other datetimes; if the numbers seem to be in
            different units; or if every interaction is after every list, so that no history holds anything.
    """
    for name, table in (("impressions", impressions), ("interactions of the histories", interactions)):
        if table.times is None:
            raise InputError(f"the {name} have no times, by which a history ends before its list: name their column")
    units = impressions.time_unit, interactions.time_unit
    if (units[0] is None) != (units[1] is None):
        numbers, datetimes = ("impressions", "histories")[:: 1 if impressions.time_unit is None else -1]
        raise InputError(
            f"the times of the {numbers} are numbers and those of the {datetimes} datetimes: give both one"
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
            f"the histories begin at {begin}, when the last list ({last}) has been shown, so that all are empty: give "
            "interactions from before, with times in the unit of the impressions"
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
            f"{middle[1]:.15g}, which seem to be different units: give both in one"
        )


def _counted_in(unit: TimeUnit, times: np.ndarray, before: TimeUnit) -> np.ndarray:
    """Datetimes in a finer unit, int64."""
    if times.dtype.kind == "f":  # seconds, of whole microseconds
        times, before = np.rint(times * IN_A_SECOND["us"]).astype(np.int64), "us"
    factor = IN_A_SECOND[unit] // IN_A_SECOND[before]
    if np.abs(times).max() > LARGEST // factor:
        raise InputError(f"one table has dates beyond what {unit} can count, and the other times in {unit}: round them")
    return times * factor
