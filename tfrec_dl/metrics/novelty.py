"""Novelty."""

from dataclasses import dataclass

import numpy as np

from tfrec_dl.metrics.lists import OnLists
from tfrec_dl.metrics.metric import METRICS
from tfrec_dl.metrics.rankings import Rankings


@METRICS.register("novelty")
@dataclass(frozen=True)
class Novelty(OnLists):
    """Mean self-information of the recommended items, in bits (Castells, Hurley and Vargas, 2015).

    The self-information of an item is -log2 of its share of the training interactions. An item without any counts as
    having one.

    >>> Novelty(2).values(example).round(3)
    array([1.208, 0.415])
    """

    place = 90

    def values(self, rankings: Rankings) -> np.ndarray:
        """Returns one value per user, [H] float64."""
        counts = np.maximum(rankings.item_counts, 1)
        return self.mean(np.log2(max(1, rankings.item_counts.sum())) - np.log2(counts), rankings)
