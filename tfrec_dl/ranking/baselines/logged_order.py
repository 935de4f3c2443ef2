"""Baseline: the order in which the log shows the candidates."""

import numpy as np

from tfrec_dl.ranking.baselines.baseline import RANKING_BASELINES, RankingBaseline
from tfrec_dl.ranking.baselines.smoothed_rates import rates_by
from tfrec_dl.ranking.data.dataset import ImpressionDataset
from tfrec_dl.ranking.data.feedback import CLICK


@RANKING_BASELINES.register("logged_order")
class LoggedOrder(RankingBaseline):
    """The click rate of the position at which an impression was shown, which reproduces the logged order."""

    place = 2

    @classmethod
    def suits(cls, dataset: ImpressionDataset) -> bool:
        """Whether there are clicks with positions."""
        return CLICK in dataset.impressions.labels and dataset.impressions.positions is not None

    def predictions(self, dataset: ImpressionDataset) -> dict[str, np.ndarray]:
        """See `RankingBaseline.predictions`."""
        positions = dataset.impressions.positions
        assert positions is not None
        return rates_by(positions, dataset.split)
