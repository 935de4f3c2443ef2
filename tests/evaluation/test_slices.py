import numpy as np
import pytest

from tfrec_dl.evaluation.slices import count_groups, mean_slices, pause_groups


def test_groups_hold_about_equally_many_and_name_what_they_hold():
    counts = np.array([0, 1, 1, 2, 3, 5, 8, 13, 1_400])
    groups = count_groups(counts, "none: new users", groups=4)
    assert groups.labels == ["none: new users", "1", "2 to 3", "5 to 8", "13 to 1,400"]
    assert groups.codes.tolist() == [0, 1, 1, 2, 2, 3, 3, 4, 4]


def test_equal_counts_stay_together():
    groups = count_groups(np.array([2, 2, 2, 2, 7]), "none")
    assert (list(groups.labels), groups.codes.tolist()) == (["2", "7"], [0, 0, 0, 0, 1])


def test_new_users_alone_are_a_group():
    assert count_groups(np.zeros(3, dtype=int), "none").labels == ["none"]


def test_pauses_are_named_by_the_clock_and_new_users_have_none():
    groups = pause_groups(np.array([0.0, 3_599.0, 3_600.0, np.nan, 1e8]))
    assert list(groups.labels) == ["within an hour", "within a day", "after 30 days or more"]
    assert groups.codes.tolist() == [0, 0, 1, -1, 2]


def test_a_slice_is_the_mean_of_its_cases_with_an_interval():
    values = np.array([[0.0, 1.0], [1.0, 1.0], [1.0, 1.0], [0.5, 0.0], [0.5, 1.0]])
    short, long = mean_slices(values, count_groups(np.array([1, 1, 1, 9, 9]), "none"))
    assert (short.label, short.cases, short.means.tolist()) == ("1", 3, [pytest.approx(2 / 3), 1.0])
    assert short.low[0] < short.means[0] < short.high[0] and short.low[1] == short.high[1] == 1.0
    assert (long.means[0], long.low[0], long.high[0]) == (0.5, 0.5, 0.5)
