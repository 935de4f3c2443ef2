"""Area under the ROC curve."""

from dataclasses import dataclass

import numpy as np

from tfrec_dl.metrics.metric import METRICS, Metric
from tfrec_dl.metrics.rankings import Rankings


@METRICS.register("auc")
@dataclass(frozen=True)
class AUC(Metric):
    """Probability that a target scores above a non-target candidate; ties count against it, a miss counts 0.

    >>> AUC().values(example).round(3)  # the mean of 4/4, 3/4 and 0; 8/19
    array([0.583, 0.421])
    """

    place = 70

    def values(self, rankings: Rankings) -> np.ndarray:
        """Returns one value per user, [H] float64."""
        users = rankings.target_users
        order = np.lexsort((rankings.ranks, users))
        ranks = rankings.ranks[order]
        ranked = np.isfinite(ranks)
        targets = rankings.sum_by_user(ranked)[users]
        others = rankings.candidates[users] - targets
        # Candidates below a target, minus the targets below it.
        below = rankings.candidates[users] - np.where(ranked, ranks, 0.0) - (targets - rankings.last_of_ties(ranks))
        shares = np.where(others > 0, np.clip(below, 0.0, None) / np.maximum(others, 1.0), 1.0)
        return rankings.sum_by_user(np.where(ranked, shares, 0.0)) / rankings.target_counts
