"""Blocks of a report as plain values: charts, tables, examples, in sections, whoever draws them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from tfrec_dl.evaluation.estimate import Estimate

Cell = str | int | float | Estimate | None
"""Of a table; None stands empty."""


@dataclass(frozen=True)
class Point:
    """A value of a chart.

    Attributes:
        x: on the horizontal axis of `Lines`; of `Dots`, the position of the label.
        y: the value.
        low: lower end of its interval; None without.
        high: upper end.
        note: what else is said of it, "320 users".
    """

    x: float
    y: float
    low: float | None = None
    high: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Series:
    """Points of one thing.

    Attributes:
        name: of it, in the legend.
        points: in order.
        is_reference: whether it is what the others are compared with, such as a baseline; drawn in grey.
    """

    name: str
    points: Sequence[Point]
    is_reference: bool = False


@dataclass(frozen=True)
class Lines:
    """Lines over numbers.

    Attributes:
        title: above it.
        x: name of the horizontal axis, with its unit.
        y: name of the vertical axis, with its unit.
        series: the lines.
        diagonal: whether the line y = x is drawn, from equal limits of both axes.
        steps: whether x are whole numbers, such as epochs.
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
    """Values with their intervals, a row a label.

    Attributes:
        title: above it.
        x: name of the axis of values, with its unit.
        labels: of the rows, from the top.
        series: one or more values a label; `Point.x` is the label's position.
        notes: beneath the labels, "320 users"; empty for none.
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
        title: above it; "" for none.
        columns: names.
        rows: cells; floats are shown with four decimals.
        marked: rows that stand out, by position.
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
        title: what it is an example of.
        history: titles or ids of the last items, the latest first.
        earlier: how many items came before these.
        targets: what the user did next.
        suggestions: best first.
    """

    title: str
    history: Sequence[str]
    earlier: int
    targets: Sequence[str]
    suggestions: Sequence[Suggestion]


@dataclass(frozen=True)
class Examples:
    """Users of the test part, and what is recommended to them."""

    examples: Sequence[Example]
    title: str = ""
    kind: ClassVar[str] = "examples"


@dataclass(frozen=True)
class Choice:
    """Several charts of the same kind, of which one is shown at a time.

    Attributes:
        title: above them.
        charts: name -> chart.
    """

    title: str
    charts: Mapping[str, Dots]
    kind: ClassVar[str] = "choice"


@dataclass(frozen=True)
class Code:
    """Lines to copy into a terminal, or a program.

    Attributes:
        title: above them.
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
        title: of it.
        blocks: in order.
        text: above them, a sentence or two each.
    """

    title: str
    blocks: Sequence[Block] = ()
    text: Sequence[str] = ()
