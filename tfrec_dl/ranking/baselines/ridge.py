"""Baseline: ridge regression for ratings."""

import numpy as np

from tfrec_dl.ranking.baselines.baseline import RANKING_BASELINES, RankingBaseline
from tfrec_dl.ranking.baselines.linear_scores import linear_columns
from tfrec_dl.ranking.data.dataset import ImpressionDataset
from tfrec_dl.ranking.data.feedback import CLICK, RATING
from tfrec_dl.ranking.linear.learn import fitted_linear


@RANKING_BASELINES.register("ridge")
class Ridge(RankingBaseline):
    """Ridge regression on users, items, features and feature pairs; penalties are chosen on validation."""

    place = 4

    @classmethod
    def suits(cls, dataset: ImpressionDataset) -> bool:
        """Whether there are only ratings."""
        return CLICK not in dataset.impressions.labels

    def predictions(self, dataset: ImpressionDataset) -> dict[str, np.ndarray]:
        """See `RankingBaseline.predictions`."""
        split = dataset.split
        columns = linear_columns(dataset)
        found, _ = fitted_linear(RATING, columns, split, split.train, split.validation)
        ratings = dataset.impressions.labels[RATING][split.train]
        scores = found.scores(columns.matrix[split.test])
        return {"row": split.test, RATING: np.clip(scores, ratings.min(), ratings.max()).astype(np.float32)}
