"""Area under the ROC curve, over all rows and within users or lists."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from tfrec_dl.ranking.metrics.checks import binary, codes, finite, same_length


def auc(scores: ArrayLike, labels: ArrayLike) -> float:
    """Area under the ROC curve; a tie counts half.

    Computed from ranks, as the Mann-Whitney statistic (Hanley and McNeil, 1982).

    Args:
        scores: [R], any numbers that define an order.
        labels: [R], 0 or 1.

    Returns:
        0.5 for chance, 1 for a perfect order, NaN if all labels are equal.

    Raises:
        InputError: if scores are not finite, labels are neither 0 nor 1, or the numbers of rows differ.
    """
    scores, labels = finite(scores, "scores"), binary(labels, "labels")
    same_length(scores=scores, labels=labels)
    return float(group_aucs(scores, labels, np.zeros(len(scores), dtype=np.int64))[0])


def group_auc(scores: ArrayLike, labels: ArrayLike, groups: ArrayLike) -> float:
    """Mean AUC within groups, weighted by their number of rows; groups whose labels are all equal are left out.

    Source: Zhou et al., Deep Interest Network, KDD 2018, section 6 (groups are users, rows impressions).

    Args:
        scores: [R].
        labels: [R], 0 or 1.
        groups: [R] ids of users or lists.

    Returns:
        NaN if every group is left out.

    Raises:
        InputError: as in `auc`, and if ids are missing.
    """
    scores, labels, groups = finite(scores, "scores"), binary(labels, "labels"), codes(groups, "groups")
    same_length(scores=scores, labels=labels, groups=groups)
    aucs, rows = group_aucs(scores, labels, groups), np.bincount(groups)
    counted = np.isfinite(aucs)
    return float(np.average(aucs[counted], weights=rows[counted])) if counted.any() else float("nan")


def group_aucs(scores: np.ndarray, labels: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Returns the AUC of every group.

    Args:
        scores: [R] float64.
        labels: [R] float64, 0 or 1.
        groups: [R] int64, 0 to G - 1, each at least once, in any order.

    Returns:
        [G] float64; NaN if a group's labels are all equal.
    """
    rows = np.bincount(groups)
    ranks = pd.Series(scores).groupby(groups, sort=False).rank(method="average").to_numpy()
    clicked = np.bincount(groups, weights=labels)
    sums = np.bincount(groups, weights=ranks * labels)
    pairs = clicked * (rows - clicked)
    above = sums - clicked * (clicked + 1.0) / 2.0
    return np.divide(above, pairs, out=np.full(len(rows), np.nan), where=pairs > 0)


class SlicedAUC:
    """AUC of each part of the rows, for intervals over users.

    Args:
        scores: [R] float64.
        labels: [R] float64, 0 or 1.
        users: [R] int64.
        parts: [R] int64, 0 to P - 1.
        count: number of parts P.
    """

    def __init__(
        self, scores: np.ndarray, labels: np.ndarray, users: np.ndarray, parts: np.ndarray, count: int
    ) -> None:
        self.names = tuple(map(str, range(count)))
        chosen = [parts == part for part in range(count)]
        self._parts = [ResampledAUC(scores[rows], labels[rows], users[rows]) for rows in chosen]

    def values(self, weights: np.ndarray) -> np.ndarray:
        """Maps how often each user was sampled [B, U] to AUC [B, P], NaN if a part's labels are all equal."""
        return np.stack([part.values(weights) for part in self._parts], axis=1)


class ResampledAUC:
    """AUC of resamples of clusters of rows; the scores are sorted only once.

    Args:
        scores: [R] float64.
        labels: [R] float64, 0 or 1.
        clusters: [R] int64.
    """

    def __init__(self, scores: np.ndarray, labels: np.ndarray, clusters: np.ndarray) -> None:
        clicked = labels > 0.0
        others = scores[~clicked]
        order = np.argsort(others)
        self._others, self._clicked = clusters[~clicked][order], clusters[clicked]
        self._below = np.searchsorted(others[order], scores[clicked], side="left")
        self._not_above = np.searchsorted(others[order], scores[clicked], side="right")

    def values(self, weights: np.ndarray) -> np.ndarray:
        """Maps how often each cluster was sampled [B, C] to AUC [B], NaN if a resample's labels are all equal."""
        found = np.empty(len(weights))
        sums = np.zeros(len(self._others) + 1)
        for row, sampled in enumerate(weights):
            np.cumsum(sampled[self._others], out=sums[1:])
            clicked = sampled[self._clicked]
            pairs = clicked.sum() * sums[-1]
            above = clicked @ (sums[self._below] + sums[self._not_above]) / 2.0
            found[row] = above / pairs if pairs > 0 else np.nan
        return found
