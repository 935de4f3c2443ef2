"""Precision."""

from dataclasses import dataclass

import numpy as np

from tfrec_dl.metrics.metric import METRICS, AtK
from tfrec_dl.metrics.rankings import Rankings


@METRICS.register("precision")
@dataclass(frozen=True)
class Precision(AtK):
    """Share of the k recommended items that are targets; the divisor is k even if the catalogue is smaller.

    >>> Precision(10).values(example)
    array([0.2, 0. ])
    """

    place = 40
    in_tables = False

    def values(self, rankings: Rankings) -> np.ndarray:
        """Returns one value per user, [H] float64."""
        return self.hits(rankings) / self.k
