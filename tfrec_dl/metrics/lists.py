"""Base class of metrics of the recommended lists."""

from dataclasses import dataclass

import numpy as np

from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.errors import InputError
from tfrec_dl.metrics.metric import AtK
from tfrec_dl.metrics.rankings import Rankings


@dataclass(frozen=True)
class OnLists(AtK):
    """A metric of the recommended lists of k items, independent of the targets."""

    @property
    def list_length(self) -> int:
        """Returns k."""
        return self.k

    def recommended(self, rankings: Rankings) -> np.ndarray:
        """Returns the recommended items, [H, <= k] int32; 0 where a list is shorter."""
        if rankings.lists.shape[1] < self.k:
            raise InputError(f"{self.key} needs recommended lists of {self.k}: rank with top_k={self.k} or more.")
        return rankings.lists[:, : self.k]

    def mean(self, item_values: np.ndarray, rankings: Rankings) -> np.ndarray:
        """Averages per-item values over each list; an empty list gives 0."""
        lists = self.recommended(rankings)
        shown = lists >= FIRST_ITEM
        return np.where(shown, item_values[lists], 0.0).sum(axis=1) / np.maximum(shown.sum(axis=1), 1)
