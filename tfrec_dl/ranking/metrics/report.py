"""Report of an evaluation of predicted clicks."""

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
    """Rows shown, with the predicted probability and the outcome of each.

    Attributes:
        predicted: [R] probabilities of a click, kept as float64.
        labels: [R], 1 where it was clicked, else 0.
        lists: [R] ids, rows shown together; any order.
        users: [R] ids. Intervals come from resampling users; where they are unknown pass the lists, each a user.
        score: [R], what orders the rows of a list; None for `predicted`.
        cutoffs: k of the metrics of the k best rows of each list.
        bins: of the calibration error, as in `reliability`.
        seed: of the bootstrap.
        items: [R] what was shown, as codes; None where that is not known.

    Raises:
        InputError: for no rows, different numbers of rows, probabilities outside [0, 1], labels that are neither 0 nor
            1, scores that are not finite, missing ids, a list of several users, or a cut-off below 1.
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
        """The number of rows."""
        return len(self.predicted)

    @cached_property
    def metrics(self) -> ClickMetrics:
        """What resamples of users are measured with."""
        scores = self.predicted if self.score is None else self.score
        lists, users = codes(self.lists, "lists"), codes(self.users, "users")
        return ClickMetrics(self.predicted, scores, self.labels, lists, users, tuple(self.cutoffs), self.bins)

    @cached_property
    def user_count(self) -> int:
        """The number of users."""
        return int(codes(self.users, "users").max()) + 1

    def means(self) -> dict[str, float]:
        """The metrics of `summary` without their intervals, which cost the most."""
        return dict(zip(self.metrics.names, map(float, estimate(self.metrics, self.user_count)), strict=True))

    def summary(self) -> dict[str, float]:
        """Flat metrics: "auc" -> the metric, "auc/low" and "auc/high" -> its 95 % interval over users.

        - `auc`, `group_auc` (within users, weighted by rows), `group_auc_by_list`: see `auc.py`.
        - `log_loss`, `normalised_entropy`: see `log_loss.py`.
        - `calibration_error`, `calibration_ratio` (clicks predicted over clicks observed): see `reliability.py`. The
          error is a sum of distances, so noise alone makes it positive; its interval has the noise taken off and may
          lie below it.
        - `ctr`, `predicted_ctr`: of all rows; `ctr@k`, `predicted_ctr@k`: of the k best rows of each list.
        - `ndcg`, `ndcg@k`, `mrr`, `precision@k`, `recall@k`: means over the lists with a click. Ties count against the
          model.

        A metric that the rows do not define (AUC with one class) is NaN.
        """
        return summarised(self.metrics, self.user_count, self.seed)

    def reliability(self) -> Reliability:
        """Predicted and observed click rates in bins."""
        return reliability(self.predicted, self.labels, self.bins)
