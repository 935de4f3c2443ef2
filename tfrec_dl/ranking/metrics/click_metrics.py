"""Metrics of a click report, computed in one pass over resamples of users."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tfrec_dl.evaluation.intervals import weighted_sums
from tfrec_dl.evaluation.resampling import Ratios, quotient
from tfrec_dl.ranking.metrics.auc import ResampledAUC, group_aucs
from tfrec_dl.ranking.metrics.log_loss import entropy, log_losses
from tfrec_dl.ranking.metrics.ranked_lists import rank_lists
from tfrec_dl.ranking.metrics.reliability import equal_mass_bins

CALIBRATION_ERROR = "calibration_error"


class ClickMetrics:
    """Computes the metrics of `ClickReport.summary`.

    Args:
        predicted: [R] float64 probabilities.
        scores: [R] float64, scores that order the rows.
        labels: [R] float64, 0 or 1.
        lists: [R] int64, 0 to N - 1.
        users: [R] int64, 0 to U - 1; a list belongs to one user.
        cutoffs: cut-offs of the metrics at k.
        bins: number of bins of the calibration error.
    """

    def __init__(
        self,
        predicted: np.ndarray,
        scores: np.ndarray,
        labels: np.ndarray,
        lists: np.ndarray,
        users: np.ndarray,
        cutoffs: Sequence[int],
        bins: int,
    ) -> None:
        one = np.ones(len(predicted))
        ranked = rank_lists(scores, labels, lists)
        first = np.unique(lists, return_index=True)[1]

        def of_lists(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            return _without_nan(values, np.ones(len(values)))

        def of_groups(groups: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            return _without_nan(group_aucs(scores, labels, groups), np.bincount(groups).astype(np.float64))

        rows = {
            "log_loss": (log_losses(predicted, labels), one),
            "calibration_ratio": (predicted, labels),
            "ctr": (labels, one),
            "predicted_ctr": (predicted, one),
        }
        for k in cutoffs:
            shown = ranked.within(k).astype(np.float64)
            rows |= {f"ctr@{k}": (labels * shown, shown), f"predicted_ctr@{k}": (predicted * shown, shown)}
        by_list = {"group_auc_by_list": of_groups(lists), "ndcg": of_lists(ranked.ndcg())}
        by_list["mrr"] = of_lists(ranked.reciprocal_rank())
        for k in cutoffs:
            by_list[f"ndcg@{k}"] = of_lists(ranked.ndcg(k))
            by_list[f"precision@{k}"] = of_lists(ranked.precision(k))
            by_list[f"recall@{k}"] = of_lists(ranked.recall(k))
        by_user = {"group_auc": of_groups(users)}
        self._ratios = (
            Ratios(users, rows),
            Ratios(users[first], by_list),
            Ratios(np.arange(len(by_user["group_auc"][0])), by_user),
        )
        self._auc = ResampledAUC(scores, labels, users)
        found = equal_mass_bins(predicted, bins)
        cells = users * (found.max() + 1) + found
        size = (users.max() + 1) * (found.max() + 1)
        self._errors = np.bincount(cells, weights=predicted - labels, minlength=size).reshape(users.max() + 1, -1)
        self._rows = np.bincount(users).astype(np.float64)
        self.names: tuple[str, ...] = (
            *("auc", "normalised_entropy", CALIBRATION_ERROR),
            *(name for ratios in self._ratios for name in ratios.names),
        )

    def values(self, weights: np.ndarray) -> np.ndarray:
        """Maps how often each user was sampled [B, U] float64 to [B, M] float64, in the order of `names`."""
        ratios = [ratios.values(weights) for ratios in self._ratios]
        names = self._ratios[0].names
        rate, loss = ratios[0][:, names.index("ctr")], ratios[0][:, names.index("log_loss")]
        # The bins stay those of the original rows.
        error = quotient(
            np.abs(weighted_sums(weights, self._errors)).sum(axis=1), weighted_sums(weights, self._rows[:, None])[:, 0]
        )
        return np.column_stack([self._auc.values(weights), loss / entropy(rate), error, *ratios])


def _without_nan(values: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns numerators and denominators of the weighted mean of those values that are not NaN."""
    known = np.isfinite(values)
    return np.where(known, values, 0.0) * weights, known * weights
