"""Mean reciprocal rank."""

from dataclasses import dataclass

import numpy as np

from tfrec_dl.metrics.metric import METRICS, AtK
from tfrec_dl.metrics.rankings import Rankings


@METRICS.register("mrr")
@dataclass(frozen=True)
class MRR(AtK):
    """Reciprocal rank of the best target; 0 if it is beyond k.

    >>> MRR(20).values(example).round(3)
    array([1.   , 0.083])
    """

    place = 30

    def values(self, rankings: Rankings) -> np.ndarray:
        """Returns one value per user, [H] float64."""
        best = rankings.best_ranks()
        return np.where(best <= self.k, 1.0 / best, 0.0)
