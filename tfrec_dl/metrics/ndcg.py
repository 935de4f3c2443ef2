"""Normalized discounted cumulative gain."""

from dataclasses import dataclass

import numpy as np

from tfrec_dl.metrics.metric import METRICS, AtK
from tfrec_dl.metrics.rankings import Rankings


@METRICS.register("ndcg")
@dataclass(frozen=True)
class NDCG(AtK):
    """Normalized discounted cumulative gain with binary relevance (Järvelin and Kekäläinen, 2002).

    The sum of 1 / log2(rank + 1) over targets among the first k, divided by that of an ideal list, which has
    min(k, number of targets) targets at the top.

    >>> NDCG(10).values(example).round(3)  # (1 + 1/2) / (1 + 1/log2(3) + 1/2)
    array([0.704, 0.   ])
    """

    place = 10

    def values(self, rankings: Rankings) -> np.ndarray:
        """Returns one value per user, [H] float64."""
        gains = np.where(rankings.ranks <= self.k, 1.0 / np.log2(rankings.ranks + 1.0), 0.0)
        length = min(self.k, int(rankings.target_counts.max()))
        ideal = np.cumsum(1.0 / np.log2(np.arange(2, length + 2)))
        return rankings.sum_by_user(gains) / ideal[np.minimum(length, rankings.target_counts) - 1]
