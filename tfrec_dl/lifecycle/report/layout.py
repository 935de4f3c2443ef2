"""Positions of chart elements in percent of the chart area, so that charts scale to any width."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tfrec_dl.evaluation.report_blocks import Dots, Lines, Point

TICKS = 4
FROM_ZERO = 0.6  # an axis begins at 0 if the lowest value is below this share of the highest


@dataclass(frozen=True)
class Axis:
    """A numeric axis.

    Attributes:
        low: number at the start.
        high: number at the end.
        ticks: positions in percent, and their labels.
    """

    low: float
    high: float
    ticks: Sequence[tuple[float, str]]

    def at(self, value: float) -> float:
        """Returns the position of a number in percent, clipped to the area."""
        return round(min(100.0, max(0.0, 100.0 * (value - self.low) / (self.high - self.low))), 3)


def axis(values: Iterable[float], whole: bool = False, tight: bool = False, from_zero: float = FROM_ZERO) -> Axis:
    """Returns an axis that covers the numbers, with ticks at round values.

    Args:
        values: finite numbers.
        whole: whether ticks are whole numbers.
        tight: whether the axis ends at the numbers instead of at ticks.
        from_zero: share of the highest number; the axis begins at 0 if the lowest number is below it.
    """
    found = list(values) or [0.0, 1.0]
    low, high = min(found), max(found)
    if not tight and 0.0 <= low < from_zero * high:
        low = 0.0
    if high - low <= 1e-9 * max(abs(low), abs(high)):  # equal except for rounding
        high = low + (abs(low) or 1.0) * 0.1
    step = _step((high - low) / TICKS, whole)
    first, last = (low, high) if tight else (math.floor(low / step) * step, math.ceil(high / step - 1e-9) * step)
    decimals = next((places for places in range(12) if math.isclose(step, round(step, places), rel_tol=1e-6)), 12)
    marks = range(math.ceil(first / step - 1e-9), math.floor(last / step + 1e-9) + 1)
    numbers = [mark * step for mark in marks]
    return Axis(first, last, [(100.0 * (n - first) / (last - first), f"{n:,.{decimals}f}") for n in numbers])


def _step(about: float, whole: bool) -> float:
    power = 10.0 ** math.floor(math.log10(about))
    step = next(power * times for times in (1.0, 2.0, 2.5, 5.0, 10.0) if power * times >= about * (1.0 - 1e-9))
    return max(1.0, round(step)) if whole else step


@dataclass(frozen=True)
class Mark:
    """A point as it is drawn.

    Attributes:
        left: horizontal position of its center in percent.
        top: vertical position of its center in percent, from the top.
        start: start of its interval in percent; None without an interval.
        size: width of the interval in percent.
        tip: tooltip.
    """

    left: float
    top: float
    start: float | None
    size: float
    tip: str


@dataclass(frozen=True)
class Line:
    """A series of `Lines` as it is drawn."""

    name: str
    colour: int
    is_reference: bool
    path: str
    marks: Sequence[Mark]


@dataclass(frozen=True)
class LinesLayout:
    """`Lines` as they are drawn: axes, series, and whether there is a diagonal."""

    x: Axis
    y: Axis
    lines: Sequence[Line]
    diagonal: bool


def lines_layout(chart: Lines) -> LinesLayout:
    """Computes the layout of a line chart."""
    points = [point for series in chart.series for point in series.points]
    xs, ys = [point.x for point in points], [end for point in points for end in _ends(point)]
    if chart.diagonal:
        x = y = axis([*xs, *ys], from_zero=FROM_ZERO / 2)
    else:
        x, y = axis(xs, chart.steps, tight=True), axis(ys)
    drawn = []
    for series, colour in zip(chart.series, _colours([each.is_reference for each in chart.series]), strict=True):
        marks = []
        for point in series.points:
            left, top = x.at(point.x), round(100.0 - y.at(point.y), 3)
            start, size = (None, 0.0)
            if point.low is not None and point.high is not None:
                start, size = 100.0 - y.at(point.high), y.at(point.high) - y.at(point.low)
            tip = f"{series.name}\n{chart.x}: {show(point.x)}\n{_said(point)}"
            marks.append(Mark(left, top, start, round(size, 3), tip))
        path = " ".join(f"{mark.left},{mark.top}" for mark in marks)
        drawn.append(Line(series.name, colour, series.is_reference, path, marks))
    return LinesLayout(x, y, drawn, chart.diagonal)


@dataclass(frozen=True)
class Row:
    """A label of `Dots` as it is drawn.

    Attributes:
        label: text of the label.
        note: text below it.
        marks: per series: color, whether it is a reference, its point, and the number in words.
    """

    label: str
    note: str
    marks: Sequence[tuple[int, bool, Mark, str]]


@dataclass(frozen=True)
class DotsLayout:
    """`Dots` as they are drawn: axis, rows, and the names of the series with their colors."""

    x: Axis
    rows: Sequence[Row]
    names: Sequence[tuple[str, int, bool]]


def dots_layout(chart: Dots) -> DotsLayout:
    """Computes the layout of a dot chart."""
    x = axis(end for series in chart.series for point in series.points for end in _ends(point))
    colours = _colours([each.is_reference for each in chart.series])
    marks: list[list[tuple[int, bool, Mark, str]]] = [[] for _ in chart.labels]
    for series, colour in zip(chart.series, colours, strict=True):
        for point in series.points:
            row = int(point.x)
            start, size = None, 0.0
            if point.low is not None and point.high is not None:
                start, size = x.at(point.low), round(x.at(point.high) - x.at(point.low), 3)
            tip = f"{chart.labels[row]}\n{series.name}\n{_said(point)}"
            marks[row].append((colour, series.is_reference, Mark(x.at(point.y), 0.0, start, size, tip), show(point.y)))
    notes = chart.notes or [""] * len(chart.labels)
    rows = [Row(*each) for each in zip(chart.labels, notes, marks, strict=True)]
    names = [(each.name, colour, each.is_reference) for each, colour in zip(chart.series, colours, strict=True)]
    return DotsLayout(x, rows, names)


def show(value: float | int | None, decimals: int | None = None) -> str:
    """Formats a number for tables: with the given decimals, or by default with four, fewer if it is large."""
    if value is None:
        return ""
    if decimals is not None:
        return f"{value:,.{decimals}f}".replace("-", "\N{MINUS SIGN}")
    if isinstance(value, int) or (float(value).is_integer() and abs(value) >= 100):
        return f"{int(value):,}"
    size = abs(value)
    return show(value, next((places for limit, places in ((1e3, 0), (1e2, 1), (1e1, 2)) if size >= limit), 4))


def _colours(references: Sequence[bool]) -> list[int]:
    """Numbers the series: 1, 2, ... for models, and 0, -1, ... for references."""
    found, own, others = [], 0, 0
    for is_reference in references:
        own, others = (own, others + 1) if is_reference else (own + 1, others)
        found.append(1 - others if is_reference else own)
    return found


def _ends(point: Point) -> list[float]:
    return [value for value in (point.y, point.low, point.high) if value is not None and math.isfinite(value)]


def _said(point: Point) -> str:
    said = show(point.y)
    if point.low is not None and point.high is not None:
        said += f" ({show(point.low)} to {show(point.high)})"
    return f"{said}\n{point.note}" if point.note else said
