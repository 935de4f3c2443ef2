"""Report sections on models that recommend: where they are good or bad, and how much of the catalogue they show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.evaluation.cold_start import KINDS, ColdStartEntry
from tfrec_dl.evaluation.evaluate import Report
from tfrec_dl.evaluation.leaderboard import Entry
from tfrec_dl.evaluation.long_tail import Concentration, concentration
from tfrec_dl.evaluation.report_blocks import Cell, Dots, Grid, Lines, Point, Section, Series
from tfrec_dl.evaluation.slices import Groups, count_groups, mean_slices, pause_groups
from tfrec_dl.retrieval.reports.pauses import pauses

METRIC = "ndcg@10"
AXIS = "NDCG@10 of the group (95 % interval over users)"
KIND_NAMES = {"cold": "items never trained on", "warm": "items trained on", "all": "all items"}


def retrieval_sections(entries: Sequence[Entry], dataset: Any) -> list[Section]:
    """Builds sections on slices of the test cases, and on the spread of recommendations over the catalogue.

    Args:
        entries: lines of the leaderboard.
        dataset: an `InteractionDataset`.
    """
    return [
        Section(
            "Where it is good and bad",
            [_slices(entries, title, groups) for title, groups in _groups(dataset) if len(groups.labels) > 1],
            ["The same test cases, in groups. A wide interval means a small group: look at the others first."],
        ),
        *tail_section({each.name: (each.report, each.family) for each in entries}, dataset.split.vocabulary),
    ]


def cold_sections(entries: Sequence[ColdStartEntry], dataset: Any) -> list[Section]:
    """Builds sections on items with and without training interactions, and on the spread over the catalogue."""
    series = []
    for entry in entries:
        found = [entry.reports[kind].summary() for kind in KINDS]
        points = [
            Point(place, each[METRIC], each[f"{METRIC}/low"], each[f"{METRIC}/high"])
            for place, each in enumerate(found)
        ]
        series.append(Series(entry.name, points, entry.family == "baseline"))
    notes = [f"{len(entries[0].reports[kind]):,} cases" for kind in KINDS]
    chart = Dots("By whether the item was trained on", AXIS, [KIND_NAMES[kind] for kind in KINDS], series, notes)
    text = "Cases of held-out items are ranked among the held-out items, cases of other items among the other items."
    reports = {each.name: (each.reports["all"], each.family) for each in entries}
    return [
        Section("Where it is good and bad", [chart], [text]),
        *tail_section(reports, dataset.split.vocabulary),
    ]


def _groups(dataset: Any) -> Iterator[tuple[str, Groups]]:
    """Yields titles and groups of the test cases."""
    split = dataset.split
    yield "By length of the history", count_groups(split.test.histories.lengths, "none: new users")
    counts = split.vocabulary.item_counts[split.test.targets.items]
    means = np.add.reduceat(counts, split.test.targets.offsets[:-1]) / split.test.targets.lengths
    yield "By popularity of the item to be found, in training interactions", count_groups(np.ceil(means), "new items")
    seconds = pauses(dataset)
    if seconds is not None:
        yield "By the pause before it", pause_groups(seconds)


def _slices(entries: Sequence[Entry], title: str, groups: Groups) -> Dots:
    slices = mean_slices(np.stack([entry.report.per_user(METRIC) for entry in entries], axis=1), groups)
    series = []
    for column, entry in enumerate(entries):
        points = [
            Point(place, float(each.means[column]), float(each.low[column]), float(each.high[column]))
            for place, each in enumerate(slices)
        ]
        series.append(Series(entry.name, points, entry.family == "baseline"))
    return Dots(title, AXIS, groups.labels, series, [f"{each.cases:,} users" for each in slices])


def tail_section(reports: Mapping[str, tuple[Report, str]], vocabulary: Any) -> list[Section]:
    """Builds a section on how recommendations spread over items by popularity; nothing if there are no lists.

    Args:
        reports: name -> report and "deep" or "baseline".
        vocabulary: vocabulary of the items.
    """
    counts, items = vocabulary.item_counts, len(vocabulary.item_counts) - FIRST_ITEM
    spread: dict[str, tuple[Concentration, bool]] = {}
    for name, (report, family) in reports.items():
        if report.recommended is not None:
            spread[name] = concentration(report.recommended, counts), family == "baseline"
    if not spread:
        return []
    spread["what users did"] = concentration(counts, counts), True
    series = [
        Series(name, [Point(100.0 * x, 100.0 * y) for x, y in zip(each.shares, each.covered, strict=True)], reference)
        for name, (each, reference) in spread.items()
    ]
    chart = Lines(
        "Share of the recommendations that falls on the most popular items",
        "most popular items, % of the catalogue",
        "% of the recommendations",
        series,
    )
    rows: list[list[Cell]] = [
        [name, each.distinct, 100.0 * each.distinct / items, 100.0 * each.head, each.gini]
        for name, (each, _) in spread.items()
    ]
    columns = ["", "items", "% of all items", "% on the top tenth", "Gini"]
    text = (
        f"Lists of ten for each test user, out of {items:,} items. The closer a line is to the upper left, the more "
        "the same popular items are recommended; a Gini coefficient of 0 would mean that all items are recommended "
        "equally often."
    )
    return [Section("Coverage and the long tail", [chart, Grid("", columns, rows)], [text])]
