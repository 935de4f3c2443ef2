"""Sections of a report on predicted ratings: whether they are right on average, and where they are good or bad."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from tfrec_dl.evaluation.rating_metrics import rating_metrics
from tfrec_dl.evaluation.ratings import RatingReport
from tfrec_dl.evaluation.report_blocks import Dots, Lines, Point, Section, Series
from tfrec_dl.evaluation.slices import count_groups

BINS = 10
AXIS = "RMSE of the group (95 % interval over users)"


def rating_sections(
    reports: Mapping[str, tuple[RatingReport, str]], rated_by: np.ndarray, rated: np.ndarray
) -> list[Section]:
    """Builds the sections: predicted against given ratings, and errors by how much is known of user and item.

    Args:
        reports: name -> ratings and predictions, and "deep" or "baseline"; all on the same ratings.
        rated_by: [n] object (str), user of each training rating.
        rated: [n] object (str), item of each training rating.
    """
    users, items = pd.Series(rated_by).value_counts(), pd.Series(rated).value_counts()
    lines = [Series(name, _right_on_average(each), family == "baseline") for name, (each, family) in reports.items()]
    chart = Lines(
        "Predicted and given ratings", "predicted rating, mean of a tenth", "given rating, mean", lines, diagonal=True
    )
    return [
        Section(
            "Are the predictions right on average?",
            [chart],
            ["Test ratings in ten groups by predicted rating. On the diagonal, the given ratings are as predicted."],
        ),
        Section(
            "Where it is good and bad",
            [
                _slices(
                    reports, "By the user's ratings in training", lambda each: _known(users, each.user_ids), "new users"
                ),
                _slices(
                    reports, "By the item's ratings in training", lambda each: _known(items, each.item_ids), "new items"
                ),
            ],
            ["The same test ratings, in groups; lower is better."],
        ),
    ]


def _right_on_average(report: RatingReport) -> list[Point]:
    parts = np.array_split(np.argsort(report.predicted, kind="stable"), min(BINS, len(report)))
    return [
        Point(float(report.predicted[rows].mean()), float(report.rated[rows].mean()), note=f"{len(rows):,} ratings")
        for rows in parts
    ]


def _known(counts: pd.Series, ids: np.ndarray) -> np.ndarray:
    """Returns the number of training ratings of each row's user or item, [R] int."""
    return counts.reindex(ids, fill_value=0).to_numpy()


def _slices(
    reports: Mapping[str, tuple[RatingReport, str]], title: str, counts: Callable[[RatingReport], np.ndarray], none: str
) -> Dots:
    """Builds the chart of errors in groups; each report has its own row order."""
    series: list[Series] = []
    labels: Sequence[str] = ()
    notes: list[str] = []
    for name, (report, family) in reports.items():
        groups, points = count_groups(counts(report), none), []
        rows = [groups.codes == group for group in range(len(groups.labels))]
        for place, chosen in enumerate(rows):
            columns = report.user_ids, report.item_ids, report.rated, report.predicted
            found = rating_metrics(RatingReport(*(column[chosen] for column in columns)))
            points.append(Point(place, found["rmse"], found["rmse/low"], found["rmse/high"]))
        series.append(Series(name, points, family == "baseline"))
        labels, notes = groups.labels, [f"{int(chosen.sum()):,} ratings" for chosen in rows]
    return Dots(title, AXIS, labels, series, notes)
