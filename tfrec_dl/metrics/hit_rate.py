"""Hit rate."""

from dataclasses import dataclass

import numpy as np

from tfrec_dl.metrics.metric import METRICS, AtK
from tfrec_dl.metrics.rankings import Rankings


@METRICS.register("hit_rate")
@dataclass(frozen=True)
class HitRate(AtK):
    """1 if any target is among the first k, otherwise 0.

    >>> HitRate(10).values(example)
    array([1., 0.])
    """

    place = 20

    def values(self, rankings: Rankings) -> np.ndarray:
        """Returns one value per user, [H] float64."""
        return (rankings.best_ranks() <= self.k).astype(np.float64)
