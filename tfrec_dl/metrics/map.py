"""Mean average precision."""

from dataclasses import dataclass

import numpy as np

from tfrec_dl.metrics.metric import METRICS, AtK
from tfrec_dl.metrics.rankings import Rankings


@METRICS.register("map")
@dataclass(frozen=True)
class MAP(AtK):
    """Precision at the rank of each target among the first k, averaged over all targets as trec_eval does.

    >>> MAP(10).values(example).round(3)  # (1/1 + 2/3) / 3
    array([0.556, 0.   ])
    """

    place = 60
    in_tables = False

    def values(self, rankings: Rankings) -> np.ndarray:
        """Returns one value per user, [H] float64."""
        order = np.lexsort((rankings.ranks, rankings.target_users))
        ranks = rankings.ranks[order]
        upto = rankings.last_of_ties(ranks)
        precisions = np.where(ranks <= self.k, upto / ranks, 0.0)
        return rankings.sum_by_user(precisions) / rankings.target_counts
