"""Detection of context features that almost give the label away because they are only known afterwards."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from tfrec_dl.data.catalogue.feature_kinds import Kind
from tfrec_dl.ranking.data.feedback import CLICK, CONVERSION, RATING
from tfrec_dl.ranking.data.splits import ImpressionSplit
from tfrec_dl.ranking.metrics.auc import auc

NEARLY = 0.99
"""AUC of a single column above which it gives the label away."""
CHANCE = 1e-6
"""Probability of chance below which positive rows are said to have a value of their own."""
FEWEST = 10
"""Smallest number of rows per class for a warning."""
ROWS = 200_000
"""Largest number of rows to examine."""
BINS = 64


def outcome_warning(split: ImpressionSplit) -> str | None:
    """Returns a line on columns that almost give a training label away; None if there are none.

    Args:
        split: split whose context features are examined.
    """
    found = dict.fromkeys(_giveaways(split))
    if not found:
        return None
    return (
        f"columns that nearly give the label away, each by itself: {', '.join(map(repr, found))}; what is known only "
        "after an impression is not part of requests, so leave it out with the kind 'ignore'"
    )


def _giveaways(split: ImpressionSplit) -> Iterator[str]:
    table = split.impressions
    if table.context is None:
        return
    rows = split.train
    if len(rows) > ROWS:
        rows = np.sort(np.random.default_rng(0).choice(rows, ROWS, replace=False))
    for label, values in table.labels.items():
        of_label = rows[table.labels[CLICK][rows] == 1] if label == CONVERSION else rows
        positive = values[of_label] > np.median(values[of_label]) if label == RATING else values[of_label] == 1
        if min(np.count_nonzero(positive), np.count_nonzero(~positive)) < FEWEST:
            continue
        for name, kind in table.context.kinds.items():
            column = table.context.columns[name][of_label]
            if (label != RATING and _one_value_without(column, positive)) or _separates(column, kind, positive):
                yield name


def _one_value_without(column: np.ndarray, positive: np.ndarray) -> bool:
    """Whether all negative rows have one value, and significantly many positive rows have another."""
    codes = pd.factorize(column, use_na_sentinel=False)[0]
    common = codes[~positive]
    others = np.count_nonzero(codes[positive] != common[0])
    return bool((common == common[0]).all() and positive.mean() ** others < CHANCE)


def _separates(column: np.ndarray, kind: Kind, positive: np.ndarray) -> bool:
    """Whether a column orders the rows almost perfectly: numbers by value, other kinds by the rates of their values."""
    codes, distinct = pd.factorize(column, use_na_sentinel=False)
    if kind == "number":
        number = column.astype(np.float64)
        finite = np.isfinite(number)
        if not finite.any():
            return False
        low, high = number[finite].min() - 1, number[finite].max() + 1
        for missing in (low, high):
            score = auc(np.where(finite, number, missing), positive)
            if max(score, 1 - score) > NEARLY:
                return True
        if len(distinct) > BINS:
            limits = np.unique(np.quantile(number[finite], np.arange(1, BINS) / BINS))
            codes = np.where(finite, np.searchsorted(limits, number, side="right"), BINS)
    return auc(_rates(codes, positive), positive) > NEARLY


def _rates(codes: np.ndarray, positive: np.ndarray) -> np.ndarray:
    """Returns [n] float64: the rate of each row's value in the other half of the rows, so no row sees its own label."""
    half = np.random.default_rng(0).random(len(codes)) < 0.5
    rates = np.full(len(codes), positive.mean())
    for mine in (half, ~half):
        counts = np.bincount(codes[~mine], minlength=codes.max() + 1)
        hits = np.bincount(codes[~mine], positive[~mine], minlength=codes.max() + 1)
        known = counts[codes[mine]] > 0
        rates[np.flatnonzero(mine)[known]] = (hits[codes[mine]] / np.maximum(counts[codes[mine]], 1))[known]
    return rates
