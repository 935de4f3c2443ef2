"""Blocks of a report as plain values (charts, tables, examples, sections), independent of how they are drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from tfrec_dl.evaluation.estimate import Estimate

Cell = str | int | float | Estimate | None
"""Cell of a table; None is shown empty."""


@dataclass(frozen=True)
class Point:
    """A value in a chart.

    Attributes:
        x: position on the horizontal axis of `Lines`; in `Dots`, the position of the label.
        y: the value.
        low: lower end of its interval; None if there is none.
        high: upper end.
        note: further text, for example "320 users".
    """

    x: float
    y: float
    low: float | None = None
    high: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Series:
    """A series of points.

    Attributes:
        name: name in the legend.
        points: points in order.
        is_reference: whether the others are compared with it, as with a baseline; drawn in gray.
    """

    name: str
    points: Sequence[Point]
    is_reference: bool = False


@dataclass(frozen=True)
class Lines:
    """A line chart over numbers.

    Attributes:
        title: title above it.
        x: name of the horizontal axis, with its unit.
        y: name of the vertical axis, with its unit.
        series: the lines.
        diagonal: whether to draw the line y = x, with equal limits of both axes.
        steps: whether the x values are whole numbers, such as epochs.
    """

    title: str
    x: str
    y: str
    series: Sequence[Series]
    diagonal: bool = False
    steps: bool = False
    kind: ClassVar[str] = "lines"


@dataclass(frozen=True)
class Dots:
    """A chart of values with their intervals, one row per label.

    Attributes:
        title: title above it.
        x: name of the value axis, with its unit.
        labels: labels of the rows, from the top.
        series: one or more values per label; `Point.x` is the label's position.
        notes: notes below the labels, such as "320 users"; empty for none.
    """

    title: str
    x: str
    labels: Sequence[str]
    series: Sequence[Series]
    notes: Sequence[str] = ()
    kind: ClassVar[str] = "dots"


@dataclass(frozen=True)
class Grid:
    """A table.

    Attributes:
        title: title above it; "" for none.
        columns: column names.
        rows: cells; floats are shown with four decimals.
        marked: positions of the highlighted rows.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    marked: Sequence[int] = ()
    kind: ClassVar[str] = "grid"


@dataclass(frozen=True)
class Suggestion:
    """A recommended item.

    Attributes:
        item: title or id.
        because: items of the history that it is recommended for, the most important first.
        is_target: whether it is what the user did next.
    """

    item: str
    because: Sequence[str] = ()
    is_target: bool = False


@dataclass(frozen=True)
class Example:
    """A user of the test part.

    Attributes:
        title: what the user is an example of.
        history: titles or ids of the last items, the latest first.
        earlier: number of items before these.
        targets: what the user did next.
        suggestions: recommended items, best first.
    """

    title: str
    history: Sequence[str]
    earlier: int
    targets: Sequence[str]
    suggestions: Sequence[Suggestion]


@dataclass(frozen=True)
class Examples:
    """Users of the test part and what is recommended to them."""

    examples: Sequence[Example]
    title: str = ""
    kind: ClassVar[str] = "examples"


@dataclass(frozen=True)
class Choice:
    """Several charts of the same kind, of which one is shown at a time.

    Attributes:
        title: title above them.
        charts: name -> chart.
    """

    title: str
    charts: Mapping[str, Dots]
    kind: ClassVar[str] = "choice"


@dataclass(frozen=True)
class Code:
    """Lines to copy into a terminal, or a program.

    Attributes:
        title: title above them.
        text: the lines.
    """

    title: str
    text: str
    kind: ClassVar[str] = "code"


Block = Lines | Dots | Grid | Examples | Choice | Code


@dataclass(frozen=True)
class Section:
    """A part of a report.

    Attributes:
        title: title of the section.
        blocks: blocks in order.
        text: text above the blocks, one or two sentences each.
    """

    title: str
    blocks: Sequence[Block] = ()
    text: Sequence[str] = ()
