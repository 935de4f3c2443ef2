"""Report sections on rankers: reliability of probabilities, and strengths and weaknesses by group."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from tfrec_dl.evaluation.rating_sections import rating_sections
from tfrec_dl.evaluation.ratings import RatingReport
from tfrec_dl.evaluation.report_blocks import Dots, Grid, Lines, Point, Section, Series
from tfrec_dl.evaluation.slices import count_groups
from tfrec_dl.ranking.data.dataset import ImpressionDataset
from tfrec_dl.ranking.data.feedback import CLICK, RATING
from tfrec_dl.ranking.leaderboard import RankingEntry
from tfrec_dl.ranking.metrics.auc import SlicedAUC
from tfrec_dl.ranking.metrics.checks import codes
from tfrec_dl.ranking.metrics.reliability import Reliability
from tfrec_dl.ranking.metrics.report import ClickReport
from tfrec_dl.ranking.metrics.summary import summarised

FEWEST_USERS = 10  # minimum for an interval of a group; resamples of fewer users say too little


def ranking_sections(entries: Sequence[RankingEntry], dataset: ImpressionDataset) -> list[Section]:
    """Returns sections on the calibration and slices of clicks, and on ratings if they are predicted.

    Args:
        entries: lines of a leaderboard.
        dataset: data that they were measured on.
    """
    found: list[Section] = []
    clicks, ratings = {}, {}
    for entry in entries:
        click, rating = entry.reports.get(CLICK), entry.reports.get(RATING)
        if isinstance(click, ClickReport):
            clicks[entry.name] = click, entry.family
        if isinstance(rating, RatingReport):
            ratings[entry.name] = rating, entry.family
    if clicks:
        found += [_calibration(clicks), _click_slices(clicks, dataset)]
    if ratings:
        table, train = dataset.impressions, dataset.split.train
        trained = table.user_ids[table.users[train]], table.item_ids[table.items[train]]
        found += rating_sections(ratings, *trained)
    return found


def _calibration(clicks: dict[str, tuple[ClickReport, str]]) -> Section:
    tables = {name: (report.reliability(), family) for name, (report, family) in clicks.items()}
    series = [Series(name, _bins(table), family == "baseline") for name, (table, family) in tables.items()]
    chart = Lines(
        "Predicted and observed click rates",
        "predicted click rate, % (mean of a bin)",
        "observed click rate, % (95 % interval)",
        series,
        diagonal=True,
    )
    columns = ["", "calibration error", "calibration error of noise alone", "clicks predicted / observed"]
    rows = [
        [name, table.expected_calibration_error, table.noise, None if np.isnan(table.ratio) else table.ratio]
        for name, (table, _) in tables.items()
    ]
    text = (
        "Impressions in bins of about equal size, by predicted rate. On the diagonal, predicted and observed rates "
        "agree; a calibration error near that of noise alone is no sign of miscalibration."
    )
    return Section("Calibration", [chart, Grid("", columns, rows)], [text])


def _bins(table: Reliability) -> list[Point]:
    columns = (table.predicted, table.observed, *table.intervals(), table.counts)
    return [
        Point(100.0 * x, 100.0 * y, 100.0 * start, 100.0 * end, f"{count:,} impressions")
        for x, y, start, end, count in zip(*map(np.ndarray.tolist, columns), strict=True)
    ]


def _click_slices(clicks: dict[str, tuple[ClickReport, str]], dataset: ImpressionDataset) -> Section:
    table, train = dataset.impressions, dataset.split.train
    users = np.bincount(table.users[train], minlength=len(table.user_ids))
    items = np.bincount(table.items[train], minlength=len(table.item_ids))
    charts = [
        _slices(clicks, "By the user's impressions in training", lambda report: users[report.users], "new users"),
        _slices(clicks, "By the item's impressions in training", lambda report: items[report.items], "new items"),
    ]
    text = "The same test impressions, in groups: how often a clicked one is scored above one that was not clicked."
    return Section("Where it is good and bad", [chart for chart in charts if len(chart.labels) > 1], [text])


def _slices(
    clicks: dict[str, tuple[ClickReport, str]], title: str, counts: Callable[[ClickReport], np.ndarray], none: str
) -> Dots:
    """Returns AUC by how often a row's user or item occurs in training; each report has its own row order."""
    series: list[Series] = []
    labels: Sequence[str] = ()
    notes: list[str] = []
    for name, (report, family) in clicks.items():
        groups = count_groups(counts(report), none)
        scores = report.predicted if report.score is None else report.score
        users = codes(report.users, "users")
        sliced = SlicedAUC(scores, report.labels, users, groups.codes, len(groups.labels))
        found = summarised(sliced, report.user_count, report.seed)
        points = []
        for place, part in enumerate(sliced.names):
            enough = len(np.unique(users[groups.codes == place])) >= FEWEST_USERS
            ends = (found[f"{part}/low"], found[f"{part}/high"]) if enough else (None, None)
            if np.isfinite(found[part]):
                points.append(Point(place, found[part], *ends))
        series.append(Series(name, points, family == "baseline"))
        rows = np.bincount(groups.codes, minlength=len(groups.labels))
        labels, notes = groups.labels, [f"{count:,} impressions" for count in rows.tolist()]
    return Dots(title, "AUC of the group (95 % interval over users)", labels, series, notes)
