"""Histories of other interactions: in another unit of time they are refused, of another precision they are right."""

import numpy as np
import pandas as pd
import pytest

from tests.impressions import impressions_of
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.errors import InputError
from tfrec_dl.ranking.data.events import Events, Levels
from tfrec_dl.ranking.data.splits import split_in_time

START = 1_600_000_000


def split_of(times):
    frame = pd.DataFrame({"user_id": "u", "item_id": "i", "timestamp": times, "click": [0, 1] * 20})
    return split_in_time(impressions_of(frame), 0.2, 0.2)


def past_of(times):
    return Interactions.from_frame(pd.DataFrame({"user_id": "u", "item_id": "i", "timestamp": times}))


def lengths(split):
    return (Events.of(split, Levels()).before(np.arange(40), 50) >= 0).sum(axis=1).tolist()


@pytest.mark.parametrize("start", [0, START])
@pytest.mark.parametrize("times", [1000, 10**6, 10**9, 1 / 1000, 1 / 60, 60, 1 / 86400])
def test_a_history_in_another_unit_is_refused(start, times):
    seconds = start + np.arange(1, 41) * 1000
    split = split_of(seconds)
    assert lengths(split.with_history(past_of(seconds))) == list(range(40))
    if start or times >= 1000:  # what is counted from 0 on is not told from a shorter past
        with pytest.raises(InputError, match="which seem to be different units: give both in the same unit"):
            split.with_history(past_of(seconds * times if times >= 1 else (seconds * times).astype(int)))


def test_a_history_of_datetimes_beside_numbers_is_refused_and_so_is_the_reverse():
    seconds = START + np.arange(40)
    tables = seconds, pd.to_datetime(seconds, unit="s")
    for shown, past in (tables, tables[::-1]):
        with pytest.raises(InputError, match="are numbers and those of the .* datetimes: give both as the same type"):
            split_of(shown).with_history(past_of(past))


def test_a_history_that_begins_after_the_last_list_is_refused():
    seconds = START + np.arange(40)
    with pytest.raises(InputError, match="the histories begin at 1600000039"):
        split_of(seconds).with_history(past_of(seconds + 39))


def test_a_history_that_ends_before_the_first_list_is_taken():
    seconds = START + np.arange(40) * 60
    assert lengths(split_of(seconds).with_history(past_of(seconds - 5000))) == [40] * 40


@pytest.mark.parametrize("step", [100, 10**6], ids=["nanoseconds", "milliseconds"])
def test_datetimes_of_other_precision_compare_exactly_and_ages_are_seconds(step):
    fine = pd.to_datetime(START * 10**9 + np.arange(40) * step)
    whole = pd.to_datetime([START - 2, START - 1, START + 1], unit="s")
    split = split_of(fine).with_history(past_of(whole))
    assert lengths(split) == [2] * 40
    events, now = Events.of(split, Levels()), split.impressions.times
    assert events.ages(now[[0, 39]], np.array([1, 1])) == pytest.approx([1, 1 + 39 * step / 1e9])
    seconds = np.repeat([START - 1, START + 1, START + 2, START + 3], [20, 4, 8, 8])
    long_ago = pd.to_datetime(seconds, unit="s")
    assert lengths(split_of(long_ago).with_history(past_of(fine))) == [0] * 20 + [40] * 20
