"""Baseline: gradient-boosted trees of LightGBM, if it is installed."""

import importlib
import importlib.util
from typing import Any

import numpy as np
import pandas as pd

from tfrec_dl.ranking.baselines.baseline import RANKING_BASELINES, RankingBaseline
from tfrec_dl.ranking.baselines.linear_scores import linear_columns
from tfrec_dl.ranking.data.dataset import ImpressionDataset
from tfrec_dl.ranking.data.feedback import CLICK, CONVERSION, RATING

TREES, PATIENCE = 600, 30
LEAVES, IN_A_LEAF = (7, 15, 31), (20, 100)


@RANKING_BASELINES.register("lightgbm")
class LightGBM(RankingBaseline):
    """LightGBM on the features, and for ratings on users and items; tree number and size are chosen on validation."""

    place = 6

    @classmethod
    def suits(cls, dataset: ImpressionDataset) -> bool:
        """Whether there are clicks, or only ratings."""
        return CONVERSION not in dataset.impressions.labels

    @classmethod
    def left_out(cls, dataset: ImpressionDataset) -> str | None:
        """Returns a reason if LightGBM is missing."""
        if importlib.util.find_spec("lightgbm") is None:
            return 'LightGBM is not installed: pip install "tfrec-dl[trees]"'
        return None

    def predictions(self, dataset: ImpressionDataset) -> dict[str, np.ndarray]:
        """See `RankingBaseline.predictions`."""
        lightgbm: Any = importlib.import_module("lightgbm")
        split, labels = dataset.split, dataset.impressions.labels
        label = CLICK if CLICK in labels else RATING
        columns = _columns(dataset, with_ids=label == RATING)
        weights = dataset.impressions.weights

        def binned(rows: np.ndarray, reference: Any = None) -> Any:
            own = None if weights is None else weights[rows]
            settings = {"feature_pre_filter": False, "verbose": -1}
            table = columns.iloc[rows]
            return lightgbm.Dataset(table, labels[label][rows], reference, own, params=settings, free_raw_data=False)

        train = binned(split.train)
        validation = binned(split.validation, train)
        best: tuple[float, Any] = (np.inf, None)
        for leaves in LEAVES:
            for in_a_leaf in IN_A_LEAF:
                settings = {
                    "objective": "binary" if label == CLICK else "regression",
                    "learning_rate": 0.05,
                    "num_leaves": leaves,
                    "min_data_in_leaf": in_a_leaf,
                    "feature_fraction": 0.8,
                    "bagging_fraction": 0.8,
                    "bagging_freq": 1,
                    "seed": 0,
                    "verbose": -1,
                    "feature_pre_filter": False,
                }
                stop = lightgbm.early_stopping(PATIENCE, verbose=False)
                model = lightgbm.train(settings, train, TREES, [validation], callbacks=[stop])
                error = next(iter(next(iter(model.best_score.values())).values()))
                best = min(best, (error, model), key=lambda pair: pair[0])
        predicted = np.asarray(best[1].predict(columns.iloc[split.test]))
        if label == RATING:
            ratings = labels[RATING][split.train]
            predicted = np.clip(predicted, ratings.min(), ratings.max())
        return {"row": split.test, label: predicted}


def _columns(dataset: ImpressionDataset, with_ids: bool) -> pd.DataFrame:
    """Returns dense columns without crosses, with ids as categories and plain names as LightGBM requires."""
    table = dataset.impressions
    blocks = [matrix for names, matrix in linear_columns(dataset, crossed=()).blocks.items() if _is_feature(names)]
    found: dict[str, Any] = {}
    for number, block in enumerate(blocks):
        for column in range(block.shape[1]):
            found[f"feature_{number}_{column}"] = block[:, [column]].toarray()[:, 0]
    if with_ids or not found:
        found |= {"user": pd.Categorical(table.users), "item": pd.Categorical(table.items)}
    return pd.DataFrame(found)


def _is_feature(names: tuple[str, ...]) -> bool:
    return names not in (("user",), ("item",))
