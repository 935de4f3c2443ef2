"""Leaderboards as report blocks and as a sentence."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from tfrec_dl.evaluation.estimate import Estimate
from tfrec_dl.evaluation.rendering import METRIC_COLUMN
from tfrec_dl.evaluation.report_blocks import Cell, Choice, Dots, Grid, Point, Series

TESTS = ("difference", "difference/low", "difference/high", "p", "stars")
NO_METRICS = ("model", "family", *TESTS, "seconds", "metric")
FAINT = 0.001


@dataclass(frozen=True)
class Headline:
    """The best model of a leaderboard compared with the best baseline.

    Attributes:
        model: name of the model.
        metric: metric that orders the leaderboard, in words.
        value: value of the model.
        baseline: name of the best baseline; None if there is none.
        beside: value of the baseline.
        difference: model minus baseline, with its interval.
        p: p-value of the paired test; None if neither is the best entry, in which case no test was made.
        lower_is_better: whether the metric is an error.
    """

    model: str
    metric: str
    value: Estimate
    baseline: str | None = None
    beside: Estimate | None = None
    difference: Estimate | None = None
    p: float | None = None
    lower_is_better: bool = False

    @property
    def is_tie(self) -> bool:
        """Whether model and baseline have the same displayed value."""
        return self.difference is not None and round(abs(self.difference.value), 4) == 0.0

    @property
    def sentence(self) -> str:
        """Describes the comparison in a sentence."""
        what = f"{self.model} reaches {self.metric} {_interval(self.value)}"
        if self.baseline is None or self.beside is None or self.difference is None:
            return f"{what}."
        if self.is_tie:
            return f"{what}, as does the best baseline, {self.baseline}."
        chance = "" if self.p is None else f", p {_chance(self.p)}"
        doubt = "" if self.p is None or self.p < 0.05 else "; so small a difference may be chance"
        difference = signed(self.difference.value)
        if self.difference.low is not None and self.difference.high is not None:
            difference += f" ({signed(self.difference.low)} to {signed(self.difference.high)}{chance})"
        return (
            f"{what}; the best baseline, {self.baseline}, {self.beside.value:.4f}: a difference of {difference}{doubt}."
        )


def signed(number: float, decimals: int = 4) -> str:
    """Formats a difference for a sentence."""
    return f"{number:+.{decimals}f}".replace("-", "\N{MINUS SIGN}")


def headline(board: pd.DataFrame) -> Headline:
    """Returns the comparison of the best model with the best baseline."""
    rows = board.to_dict("records")
    metric = metric_of(board)
    model = next((row for row in rows if row["family"] != "baseline"), rows[0])
    baseline = next((row for row in rows if row["family"] == "baseline"), None)
    found = Headline(str(model["model"]), words_of(board), _estimate(model, metric))
    if baseline is None or baseline is model:
        return found
    value, beside = _estimate(model, metric), _estimate(baseline, metric)
    lower = float(rows[0][metric]) < float(rows[-1][metric])
    low = high = p = None
    if rows[0] is model:  # tests compare with the best entry
        low, high, p = -baseline["difference/high"], -baseline["difference/low"], float(baseline["p"])
    elif rows[0] is baseline:
        low, high, p = model["difference/low"], model["difference/high"], float(model["p"])
    difference = Estimate(value.value - beside.value, low, high)
    return Headline(found.model, found.metric, value, str(baseline["model"]), beside, difference, p, lower)


def metric_of(board: pd.DataFrame) -> str:
    """Returns the column that orders a leaderboard."""
    return str(board.columns[METRIC_COLUMN])


def words_of(board: pd.DataFrame) -> str:
    """Returns the metric that orders a leaderboard, in words."""
    metric = metric_of(board)
    return f"{board['metric'].iloc[0]} of {metric} items" if "metric" in board else metric


def board_blocks(board: pd.DataFrame) -> list[Choice | Grid]:
    """Returns one chart per metric, and a table of every metric with its interval."""
    metrics = _metrics(board)
    rows = board.to_dict("records")
    charts = {name: _chart(rows, name) for name in metrics}
    marked = [place for place, row in enumerate(rows) if row["family"] != "baseline"]
    return [Choice("", charts), _table(rows, metrics, marked), _tests(rows, metric_of(board), marked)]


def metric_table(metrics: Mapping[str, float]) -> Grid:
    """Returns a table of all metrics of a run, as in `metrics.json`, with one column per part of the data."""
    parts: dict[str, None] = {}
    names: dict[str, None] = {}
    for key in metrics:
        part, _, name = key.partition("/")
        if part in ("test_start", "test_gain") or name.endswith(("/low", "/high", "/p")):
            continue
        parts[part], names[name] = None, None
    order = sorted(parts, key=lambda part: (not part.startswith("test"), part))
    rows: list[list[Cell]] = []
    for name in names:
        cells: list[Cell] = [name]
        for part in order:
            ends = (metrics.get(f"{part}/{name}{end}") for end in ("", "/low", "/high"))
            value, low, high = ends
            cells.append(None if value is None else Estimate(value, low, high))
        rows.append(cells)
    return Grid("", ["metric", *(part.replace("_", " ") for part in order)], rows)


def _metrics(board: pd.DataFrame) -> list[str]:
    return [str(name) for name in board if "/" not in str(name) and name not in NO_METRICS]


def _chart(rows: Sequence[Mapping[Hashable, Any]], metric: str) -> Dots:
    labels = [str(row["model"]) for row in rows]
    series = []
    for name, is_baseline in (("models", False), ("baselines", True)):
        points = [
            Point(place, *_ends(row, metric))
            for place, row in enumerate(rows)
            if (row["family"] == "baseline") == is_baseline and _is_known(row.get(metric))
        ]
        if points:
            series.append(Series(name, points, is_baseline))
    return Dots("", f"{metric} on the test cases (95 % interval over users)", labels, series)


def _table(rows: Sequence[Mapping[Hashable, Any]], metrics: Sequence[str], marked: Sequence[int]) -> Grid:
    cells: list[list[Cell]] = []
    for row in rows:
        estimates = [_estimate(row, name) if _is_known(row.get(name)) else None for name in metrics]
        seconds = None if pd.isna(row["seconds"]) else round(float(row["seconds"]))
        cells.append([str(row["model"]), *estimates, seconds])
    return Grid("Every metric, with its 95 % interval", ["model", *metrics, "seconds"], cells, marked)


def _tests(rows: Sequence[Mapping[Hashable, Any]], metric: str, marked: Sequence[int]) -> Grid:
    cells: list[list[Cell]] = []
    for row in rows[1:]:
        difference = _estimate(row, "difference")
        cells.append([str(row["model"]), difference, _chance(float(row["p"])).removeprefix("= "), row["stars"] or ""])
    title = f"Against the best, {rows[0]['model']}: paired tests of {metric} over the same cases"
    return Grid(title, ["model", "difference", "p", ""], cells, [place - 1 for place in marked if place])


def _ends(row: Mapping[Hashable, Any], metric: str) -> tuple[float, float | None, float | None]:
    low, high = (row.get(f"{metric}/{end}") for end in ("low", "high"))
    known = _is_known(low) and _is_known(high)
    return float(row[metric]), float(low) if known else None, float(high) if known else None  # type: ignore[arg-type]


def _estimate(row: Mapping[Hashable, Any], metric: str) -> Estimate:
    return Estimate(*_ends(row, metric))


def _is_known(value: Any) -> bool:
    return value is not None and math.isfinite(value)


def _chance(p: float) -> str:
    return f"< {FAINT}" if p < FAINT else f"= {p:.3f}"


def _interval(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.4f}"
    return f"{estimate.value:.4f} ({estimate.low:.4f} to {estimate.high:.4f})"
