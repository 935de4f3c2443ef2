"""Catalogue coverage."""

from dataclasses import dataclass

import numpy as np

from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.metrics.lists import OnLists
from tfrec_dl.metrics.metric import METRICS
from tfrec_dl.metrics.rankings import Rankings


@METRICS.register("coverage")
@dataclass(frozen=True)
class CatalogueCoverage(OnLists):
    """Share of the recommendable items that are recommended to at least one user.

    It is one number for all users together, so reports show it without an interval.

    >>> CatalogueCoverage(2).total(example)
    1.0
    """

    place = 80
    per_user = False

    def total(self, rankings: Rankings) -> float:
        """Distinct recommended items, divided by the number of recommendable items."""
        recommended = np.unique(self.recommended(rankings))
        size = rankings.catalogue_size
        size = len(rankings.item_counts) - FIRST_ITEM if size is None else size
        return float(np.count_nonzero(recommended >= FIRST_ITEM) / max(1, size))

    def values(self, rankings: Rankings) -> np.ndarray:
        """Returns one value per user, [H] float64."""
        return np.full(len(rankings), self.total(rankings))
