"""What the recommended lists say about the catalogue: coverage, novelty, popularity bias.

The doctests share the example of `metrics`: two users get items 2 and 3, and item 2 alone; the two items were seen 6
and 2 times in training.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.errors import InputError
from tfrec_dl.metrics.metrics import AtK
from tfrec_dl.metrics.rankings import Rankings


@dataclass(frozen=True)
class _OnLists(AtK):
    @property
    def list_length(self) -> int:
        """Lists of k."""
        return self.k

    def recommended(self, rankings: Rankings) -> np.ndarray:
        """[H, <= k] int32, 0 where a list is shorter."""
        if rankings.lists.shape[1] < self.k:
            raise InputError(f"{self.name} needs recommended lists of {self.k}: rank with top_k={self.k} or more.")
        return rankings.lists[:, : self.k]

    def mean(self, item_values: np.ndarray, rankings: Rankings) -> np.ndarray:
        """Mean of a value of the items over each list; 0 for an empty list."""
        lists = self.recommended(rankings)
        shown = lists >= FIRST_ITEM
        return np.where(shown, item_values[lists], 0.0).sum(axis=1) / np.maximum(shown.sum(axis=1), 1)


@dataclass(frozen=True)
class CatalogueCoverage(_OnLists):
    """Share of the items that can be recommended which is recommended to anyone.

    One number for all users together, so reports give it without an interval.

    >>> CatalogueCoverage(2).total(example)
    1.0
    """

    label = "coverage"

    def total(self, rankings: Rankings) -> float:
        """Distinct recommended items divided by the number of items that can be."""
        recommended = np.unique(self.recommended(rankings))
        size = rankings.catalogue_size
        size = len(rankings.item_counts) - FIRST_ITEM if size is None else size
        return float(np.count_nonzero(recommended >= FIRST_ITEM) / max(1, size))

    def values(self, rankings: Rankings) -> np.ndarray:
        """[H] float64, one value per user."""
        return np.full(len(rankings), self.total(rankings))


@dataclass(frozen=True)
class Novelty(_OnLists):
    """Mean self-information of the recommended items, in bits (Castells, Hurley and Vargas, 2015).

    An item's is -log2 of its share of the training interactions; one without any counts as met once.

    >>> Novelty(2).values(example).round(3)
    array([1.208, 0.415])
    """

    label = "novelty"

    def values(self, rankings: Rankings) -> np.ndarray:
        """[H] float64, one value per user."""
        counts = np.maximum(rankings.item_counts, 1)
        return self.mean(np.log2(max(1, rankings.item_counts.sum())) - np.log2(counts), rankings)


@dataclass(frozen=True)
class PopularityBias(_OnLists):
    """Mean training interactions of the recommended items.

    Known as average recommendation popularity (Yin et al., 2012; Abdollahpouri et al., 2019).

    >>> PopularityBias(2).values(example)
    array([4., 6.])
    """

    label = "popularity_bias"

    def values(self, rankings: Rankings) -> np.ndarray:
        """[H] float64, one value per user."""
        return self.mean(rankings.item_counts.astype(np.float64), rankings)
