"""Held-out popularity: ranks cold items by their counts in the held-out interactions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tfrec_dl.baselines.baseline import COLD_BASELINES, ColdStartBaseline
from tfrec_dl.data.histories import Histories
from tfrec_dl.data.splits.cold_start import ColdStartSplit


@COLD_BASELINES.register("held_out_popularity")
@dataclass(frozen=True, eq=False)
class HeldOutPopularity(ColdStartBaseline):
    """Scores cold items by their held-out interactions and warm items by their training interactions.

    **This peeks**: it is evaluated on the same held-out interactions that it counts, which no real recommender has.
    It shows what ranking cold items by popularity would achieve if popularity were known in advance. This is about the
    most that a single list for all users can achieve.

    Attributes:
        counts: [V] int64.
    """

    place = 20

    counts: np.ndarray

    @classmethod
    def fit(cls, cold_split: ColdStartSplit) -> HeldOutPopularity:
        """Adds the held-out interactions to the training interactions."""
        return cls(cold_split.vocabulary.item_counts + cold_split.held_out_counts)

    @classmethod
    def from_cold_split(cls, cold_split: ColdStartSplit, texts: Sequence[str] | np.ndarray) -> HeldOutPopularity:
        """Counts the held-out interactions, which is peeking."""
        return cls.fit(cold_split)

    def scores(self, histories: Histories) -> np.ndarray:
        """Scores the whole catalogue: [H, V] float32."""
        return np.tile(self.counts.astype(np.float32), (len(histories), 1))
