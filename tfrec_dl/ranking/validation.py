"""Validation metrics of a ranking model after each epoch, written to `logs`, where Keras callbacks find them."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np
import tensorflow as tf

from tfrec_dl.evaluation.ratings import RatingReport
from tfrec_dl.ranking.data.batches import RankingBatches, RankingRows
from tfrec_dl.ranking.data.feedback import CLICK, CONVERSION, RATING
from tfrec_dl.ranking.evaluate import ROWS, Report, ranking_reports
from tfrec_dl.ranking.metrics.conversions import ConversionReport
from tfrec_dl.ranking.model import RankingModel
from tfrec_dl.ranking.predictor import Predictor
from tfrec_dl.ranking.rows import require_rows_of

SHOWN = ("auc", "log_loss", "ndcg")


class RankingValidation(tf.keras.callbacks.Callback):
    """Predicts the validation rows after each epoch.

    The metrics are `val_auc`, `val_log_loss` and `val_ndcg` of clicks, `val_ctcvr_auc` of conversions, and `val_rmse`.
    List this callback before those that read the logs.

    Args:
        rows: rows of the model's table.
        part: [m] int64, the validation rows, as whole lists.
        weights: provides the weights to validate, if these differ from the training weights.
    """

    def __init__(
        self,
        rows: RankingRows,
        part: np.ndarray,
        weights: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        super().__init__()
        self.batches = RankingBatches(rows, part, ROWS)
        self.weights = weights

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Checks before training starts that the rows belong to the model."""
        require_rows_of(self.model.fitted_state, self.batches.rows)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Adds the metrics to the logs."""
        with self.weights():
            found = self.metrics(self.model)
        if logs is not None:
            logs.update(found)

    def metrics(self, model: RankingModel) -> dict[str, float]:
        """Returns the metrics of a model in its current state."""
        predictions = Predictor(model)(self.batches.in_order())
        reports = ranking_reports(predictions, self.batches.rows.impressions)
        return {f"val_{name}": value for name, value in quick_metrics(reports).items()}


def quick_metrics(reports: dict[str, Report]) -> dict[str, float]:
    """Returns some metrics of reports, without intervals."""
    found: dict[str, float] = {}
    if CLICK in reports:
        means = reports[CLICK].means()  # type: ignore[union-attr]
        found |= {name: means[name] for name in SHOWN}
    if CONVERSION in reports:
        conversions = reports[CONVERSION]
        assert isinstance(conversions, ConversionReport)
        found["ctcvr_auc"] = conversions.over_impressions.means()["auc"]
    if RATING in reports:
        ratings = reports[RATING]
        assert isinstance(ratings, RatingReport)
        found["rmse"] = ratings.summary()["rmse"]
    return found
