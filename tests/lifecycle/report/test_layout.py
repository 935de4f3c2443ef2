import pytest

from tfrec_dl.evaluation.report_blocks import Dots, Lines, Point, Series
from tfrec_dl.lifecycle.report.layout import axis, dots_layout, lines_layout, show


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ([0.02, 0.11], ["0.00", "0.05", "0.10", "0.15"]),
        ([0.81, 0.93], ["0.80", "0.85", "0.90", "0.95"]),
        ([-3.0, 12.0], ["-5", "0", "5", "10", "15"]),
        ([5.0], ["5.0", "5.2", "5.4", "5.6"]),
        ([0.5, 0.5 + 1e-16], ["0.50", "0.52", "0.54", "0.56"]),
        ([], ["0.00", "0.25", "0.50", "0.75", "1.00"]),
    ],
)
def test_an_axis_has_round_numbers_around_the_values(values, written):
    found = axis(values)
    assert [text for _, text in found.ticks] == written
    assert all(found.low <= value <= found.high for value in values)


def test_epochs_are_whole_numbers():
    assert [text for _, text in axis([1, 2, 3], whole=True, tight=True).ticks] == ["1", "2", "3"]


def test_points_stand_where_their_numbers_are():
    drawn = lines_layout(Lines("", "x", "y", [Series("a", [Point(0, 0), Point(10, 50), Point(20, 100)])]))
    assert [(mark.left, mark.top) for mark in drawn.lines[0].marks] == [(0, 100), (50, 50), (100, 0)]


def test_a_mark_says_its_number_interval_and_note():
    drawn = dots_layout(Dots("", "ndcg", ["new"], [Series("gru", [Point(0, 0.5, 0.25, 1.0, "3 users")])]))
    (_, _, mark, said) = drawn.rows[0].marks[0]
    assert (mark.tip, said) == ("new\ngru\n0.5000 (0.2500 to 1.0000)\n3 users", "0.5000")
    assert (mark.left, mark.start, mark.size) == (50, 25, 75)


@pytest.mark.parametrize(
    ("value", "written"),
    [(None, ""), (3, "3"), (12_345, "12,345"), (0.12345, "0.1235"), (-0.5, "\N{MINUS SIGN}0.5000"), (12.345, "12.35")],
)
def test_numbers_are_written_for_readers(value, written):
    assert show(value) == written
