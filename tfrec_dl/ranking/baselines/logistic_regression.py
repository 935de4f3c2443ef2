"""Baseline: logistic regression for clicks and conversions."""

import numpy as np
from scipy import special

from tfrec_dl.ranking.baselines.baseline import RANKING_BASELINES, RankingBaseline
from tfrec_dl.ranking.baselines.linear_scores import linear_columns
from tfrec_dl.ranking.data.dataset import ImpressionDataset
from tfrec_dl.ranking.data.feedback import CLICK, CONVERSION
from tfrec_dl.ranking.linear.learn import fitted_linear
from tfrec_dl.ranking.names import CLICK_AND_CONVERSION


@RANKING_BASELINES.register("logistic_regression")
class LogisticRegression(RankingBaseline):
    """Logistic regression on users, items, features and feature pairs; penalties are chosen on validation."""

    place = 5

    @classmethod
    def suits(cls, dataset: ImpressionDataset) -> bool:
        """Whether there are clicks."""
        return CLICK in dataset.impressions.labels

    def predictions(self, dataset: ImpressionDataset) -> dict[str, np.ndarray]:
        """See `RankingBaseline.predictions`; conversions are learned from clicked rows."""
        split, labels = dataset.split, dataset.impressions.labels
        columns = linear_columns(dataset)
        tested = columns.matrix[split.test]
        found = {}
        for label in (each for each in (CLICK, CONVERSION) if each in labels):
            parts = (split.train, split.validation)
            rows = parts if label == CLICK else tuple(part[labels[CLICK][part] == 1] for part in parts)
            found[label] = special.expit(fitted_linear(label, columns, split, *rows)[0].scores(tested))
        if CONVERSION in found:
            found[CLICK_AND_CONVERSION] = found[CLICK] * found[CONVERSION]
        return {"row": split.test, **found}
