"""Popularity bias."""

from dataclasses import dataclass

import numpy as np

from tfrec_dl.metrics.lists import OnLists
from tfrec_dl.metrics.metric import METRICS
from tfrec_dl.metrics.rankings import Rankings


@METRICS.register("popularity_bias")
@dataclass(frozen=True)
class PopularityBias(OnLists):
    """Mean number of training interactions of the recommended items.

    Also known as average recommendation popularity (Yin et al., 2012; Abdollahpouri et al., 2019).

    >>> PopularityBias(2).values(example)
    array([4., 6.])
    """

    place = 100
    in_tables = False

    def values(self, rankings: Rankings) -> np.ndarray:
        """Returns one value per user, [H] float64."""
        return self.mean(rankings.item_counts.astype(np.float64), rankings)
