"""Evaluation report on predicted clicks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.resampling import estimate
from tfrec_dl.ranking.metrics.checks import binary, codes, finite, probabilities, same_length
from tfrec_dl.ranking.metrics.click_metrics import ClickMetrics
from tfrec_dl.ranking.metrics.reliability import BINS, Reliability, reliability
from tfrec_dl.ranking.metrics.summary import summarised

CUTOFFS = (1, 5, 10)


@dataclass(frozen=True, eq=False)
class ClickReport:
    """Shown rows, with the predicted probability and the outcome of each.

    Attributes:
        predicted: [R] probabilities of a click, kept as float64.
        labels: [R], 1 if clicked, otherwise 0.
        lists: [R] ids of rows shown together, in any order.
        users: [R] ids. Intervals come from resampling users; if users are unknown, pass the lists in their place.
        score: [R], score that orders the rows of a list; None for `predicted`.
        cutoffs: cut-offs k of the metrics on the k best rows of each list.
        bins: number of bins of the calibration error, as in `reliability`.
        seed: seed of the bootstrap.
        items: [R] codes of the shown items; None if unknown.

    Raises:
        InputError: if there are no rows, the numbers of rows differ, probabilities are outside [0, 1], labels are
            neither 0 nor 1, scores are not finite, ids are missing, a list has several users, or a cut-off is below 1.
    """

    predicted: np.ndarray
    labels: np.ndarray
    lists: np.ndarray
    users: np.ndarray
    score: np.ndarray | None = None
    cutoffs: Sequence[int] = CUTOFFS
    bins: int = BINS
    seed: int = 0
    items: np.ndarray | None = None

    def __post_init__(self) -> None:
        columns = {
            "predicted": probabilities(self.predicted, "predicted"),
            "labels": binary(self.labels, "labels"),
            "lists": np.asarray(self.lists),
            "users": np.asarray(self.users),
        }
        if self.score is not None:
            columns["score"] = finite(self.score, "score")
        same_length(**columns)
        for name, column in columns.items():
            object.__setattr__(self, name, column)
        if any(k < 1 for k in self.cutoffs):
            raise InputError(f"cutoffs {tuple(self.cutoffs)}: each must be at least 1")
        if self.bins < 1:
            raise InputError(f"bins is {self.bins}: use at least 1, for example {BINS}")
        lists, users = codes(self.lists, "lists"), codes(self.users, "users")
        owner = np.zeros(lists.max() + 1, dtype=np.int64)
        owner[lists] = users
        torn = np.flatnonzero(owner[lists] != users)
        if len(torn):
            raise InputError(f"list {self.lists[torn[0]]!r} has rows of several users: a list belongs to one user")

    def __len__(self) -> int:
        """Returns the number of rows."""
        return len(self.predicted)

    @cached_property
    def metrics(self) -> ClickMetrics:
        """The metrics to compute on resamples of users."""
        scores = self.predicted if self.score is None else self.score
        lists, users = codes(self.lists, "lists"), codes(self.users, "users")
        return ClickMetrics(self.predicted, scores, self.labels, lists, users, tuple(self.cutoffs), self.bins)

    @cached_property
    def user_count(self) -> int:
        """The number of users."""
        return int(codes(self.users, "users").max()) + 1

    def means(self) -> dict[str, float]:
        """Returns the metrics of `summary` without their intervals, which are the most expensive part."""
        return dict(zip(self.metrics.names, map(float, estimate(self.metrics, self.user_count)), strict=True))

    def summary(self) -> dict[str, float]:
        """Returns flat metrics: "auc" for the metric, "auc/low" and "auc/high" for its 95 % interval over users.

        - `auc`, `group_auc` (within users, weighted by rows), `group_auc_by_list`: see `auc.py`.
        - `log_loss`, `normalised_entropy`: see `log_loss.py`.
        - `calibration_error`, `calibration_ratio` (clicks predicted over clicks observed): see `reliability.py`. The
          error is a sum of distances, so noise alone makes it positive; its interval has the noise taken off and may
          lie below it.
        - `ctr`, `predicted_ctr`: of all rows; `ctr@k`, `predicted_ctr@k`: of the k best rows of each list.
        - `ndcg`, `ndcg@k`, `mrr`, `precision@k`, `recall@k`: means over the lists with a click. Ties count against the
          model.

        A metric that is undefined for the rows (for example AUC with one class) is NaN.
        """
        return summarised(self.metrics, self.user_count, self.seed)

    def reliability(self) -> Reliability:
        """Returns predicted and observed click rates in bins."""
        return reliability(self.predicted, self.labels, self.bins)
