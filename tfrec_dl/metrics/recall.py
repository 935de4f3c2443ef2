"""Recall."""

from dataclasses import dataclass

import numpy as np

from tfrec_dl.metrics.metric import METRICS, AtK
from tfrec_dl.metrics.rankings import Rankings


@METRICS.register("recall")
@dataclass(frozen=True)
class Recall(AtK):
    """Share of the user's targets that are among the first k.

    >>> Recall(10).values(example).round(3)
    array([0.667, 0.   ])
    """

    place = 50
    in_tables = False

    def values(self, rankings: Rankings) -> np.ndarray:
        """Returns one value per user, [H] float64."""
        return self.hits(rankings) / rankings.target_counts
