"""Random scores: show the metrics of a ranking without information."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tfrec_dl.baselines.baseline import COLD_BASELINES, ColdStartBaseline
from tfrec_dl.data.histories import Histories
from tfrec_dl.data.splits.cold_start import ColdStartSplit
from tfrec_dl.data.vocabulary import Vocabulary


@COLD_BASELINES.register("random")
@dataclass(frozen=True, eq=False)
class RandomScores(ColdStartBaseline):
    """Scores every item at random, independently for each user.

    Scores depend only on the seed and the user id, so they are the same every time, for one user or many.

    Attributes:
        vocabulary: the items.
        seed: seed of the scores, at least 0.
    """

    place = 10

    vocabulary: Vocabulary
    seed: int = 0

    @classmethod
    def from_cold_split(cls, cold_split: ColdStartSplit, texts: Sequence[str] | np.ndarray) -> RandomScores:
        """Uses the items of the split."""
        return cls(cold_split.vocabulary)

    def scores(self, histories: Histories) -> np.ndarray:
        """Scores the whole catalogue: [H, vocabulary.size] float32, uniform in [0, 1)."""
        scores = np.empty((len(histories), self.vocabulary.size), dtype=np.float32)
        for row, user in zip(scores, histories.user_ids, strict=True):
            np.random.default_rng([self.seed, zlib.crc32(str(user).encode())]).random(out=row, dtype=np.float32)
        return scores
