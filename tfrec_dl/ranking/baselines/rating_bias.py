"""Baseline: the mean rating plus a user bias and an item bias."""

import numpy as np

from tfrec_dl.baselines.rating_bias import Rated, RatingBias
from tfrec_dl.ranking.baselines.baseline import RANKING_BASELINES, RankingBaseline
from tfrec_dl.ranking.data.dataset import ImpressionDataset
from tfrec_dl.ranking.data.feedback import CLICK, RATING

STRENGTHS = (1.0, 3.0, 6.0, 12.0, 24.0)


@RANKING_BASELINES.register("rating_bias")
class MeanAndBiases(RankingBaseline):
    """The mean rating plus a user bias and an item bias."""

    place = 3

    @classmethod
    def suits(cls, dataset: ImpressionDataset) -> bool:
        """Whether there are only ratings."""
        return CLICK not in dataset.impressions.labels

    def predictions(self, dataset: ImpressionDataset) -> dict[str, np.ndarray]:
        """See `RankingBaseline.predictions`."""
        split, table = dataset.split, dataset.impressions

        def rated(rows: np.ndarray) -> Rated:
            labels = table.labels[RATING][rows]
            return Rated(table.user_ids[table.users[rows]], table.item_ids[table.items[rows]], labels)

        test = rated(split.test)
        bias = RatingBias.tuned(rated(split.train), rated(split.validation), STRENGTHS)
        return {"row": split.test, RATING: bias.predict_ratings(test.user_ids, test.item_ids)}
