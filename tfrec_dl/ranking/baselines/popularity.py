"""Baseline: the click rate of each item."""

import numpy as np

from tfrec_dl.ranking.baselines.baseline import RANKING_BASELINES, RankingBaseline
from tfrec_dl.ranking.baselines.smoothed_rates import rates_by
from tfrec_dl.ranking.data.dataset import ImpressionDataset
from tfrec_dl.ranking.data.feedback import CLICK


@RANKING_BASELINES.register("popularity")
class Popularity(RankingBaseline):
    """The click rate of each item, smoothed toward the overall rate."""

    place = 1

    @classmethod
    def suits(cls, dataset: ImpressionDataset) -> bool:
        """Whether there are clicks."""
        return CLICK in dataset.impressions.labels

    def predictions(self, dataset: ImpressionDataset) -> dict[str, np.ndarray]:
        """See `RankingBaseline.predictions`."""
        return rates_by(dataset.impressions.items, dataset.split)
