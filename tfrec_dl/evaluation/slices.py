"""Metrics of parts of the test cases, such as users with short or long histories and rare or popular targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tfrec_dl.evaluation.intervals import bootstrap_intervals

GROUPS = 5
PAUSES = (
    (3_600, "within an hour"),
    (86_400, "within a day"),
    (604_800, "within a week"),
    (2_592_000, "within 30 days"),
)
LONGEST_PAUSE = "after 30 days or more"


@dataclass(frozen=True, eq=False)
class Groups:
    """Cases divided into groups.

    Attributes:
        labels: labels of the groups that contain a case.
        codes: [H] int64 group of each case; -1 for none.
    """

    labels: Sequence[str]
    codes: np.ndarray


@dataclass(frozen=True, eq=False)
class Slice:
    """Means of metrics over a group.

    Attributes:
        label: label of the group.
        cases: number of cases in it.
        means: [M] float64.
        low: [M] float64 lower ends of the 95 % bootstrap intervals.
        high: [M] float64 upper ends.
    """

    label: str
    cases: int
    means: np.ndarray
    low: np.ndarray
    high: np.ndarray


def count_groups(counts: np.ndarray, none: str, groups: int = GROUPS) -> Groups:
    """Groups cases by a whole number each, into groups of about equal size.

    Args:
        counts: [H] int, not negative.
        none: label of the cases with 0, which form a group of their own.
        groups: largest number of other groups; equal numbers stay together.
    """
    counts = np.asarray(counts, dtype=np.int64)
    some = counts > 0
    labels, codes = [], np.full(len(counts), -1, dtype=np.int64)
    if not some.all():
        labels.append(none)
        codes[~some] = 0
    if some.any():
        quantiles = np.quantile(counts[some], np.arange(1, groups) / groups, method="inverted_cdf")
        tops = np.unique(np.append(quantiles, counts.max())).astype(np.int64)
        found = np.searchsorted(tops, counts[some])
        lowest = np.array([counts[some][found == group].min() for group in range(len(tops))])
        codes[some] = found + len(labels)
        labels += [_span(low, top) for low, top in zip(lowest, tops, strict=True)]
    return Groups(labels, codes)


def pause_groups(seconds: np.ndarray) -> Groups:
    """Groups cases by the pause before the targets.

    Args:
        seconds: [H] float64; NaN for cases without an earlier item, which are in no group.
    """
    known = ~np.isnan(seconds)
    codes = np.full(len(seconds), -1, dtype=np.int64)
    codes[known] = np.searchsorted([limit for limit, _ in PAUSES], seconds[known], side="right")
    names = [*(name for _, name in PAUSES), LONGEST_PAUSE]
    there = [group for group in range(len(names)) if (codes == group).any()]
    codes[known] = np.searchsorted(there, codes[known])
    return Groups([names[group] for group in there], codes)


def mean_slices(values: np.ndarray, groups: Groups, seed: int = 0) -> list[Slice]:
    """Computes the means of each group, with intervals over users.

    Args:
        values: [H, M] float64, one row per case; columns, such as one metric of several models, share the resamples.
        groups: groups of the cases.
        seed: seed of the bootstrap.
    """
    slices = []
    for group, label in enumerate(groups.labels):
        chosen = values[groups.codes == group]
        slices.append(Slice(label, len(chosen), chosen.mean(axis=0), *bootstrap_intervals(chosen, seed)))
    return slices


def _span(low: int, top: int) -> str:
    return f"{low:,}" if low == top else f"{low:,} to {top:,}"
