"""Popularity: everyone gets what most interacted with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tfrec_dl.data.histories import Histories
from tfrec_dl.data.vocabulary import Vocabulary


@dataclass(frozen=True, eq=False)
class Popularity:
    """Scores every item by its training interactions, whatever the history."""

    vocabulary: Vocabulary

    @classmethod
    def fit(cls, train: Histories, vocabulary: Vocabulary) -> Popularity:
        """Takes the vocabulary's counts, which are those of `train`."""
        return cls(vocabulary)

    def scores(self, histories: Histories) -> np.ndarray:
        """Scores the whole catalogue: [H, vocabulary.size] float32."""
        return np.tile(self.vocabulary.item_counts.astype(np.float32), (len(histories), 1))
