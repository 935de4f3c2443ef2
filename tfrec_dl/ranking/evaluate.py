"""Evaluation of a ranking model on rows of a table."""

from collections.abc import Mapping

import numpy as np

from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.ratings import RatingReport
from tfrec_dl.ranking.data.batches import RankingBatches, RankingRows
from tfrec_dl.ranking.data.feedback import CLICK, CONVERSION, RATING
from tfrec_dl.ranking.data.impressions import Impressions
from tfrec_dl.ranking.metrics.conversions import ConversionReport
from tfrec_dl.ranking.metrics.report import ClickReport
from tfrec_dl.ranking.model import RankingModel
from tfrec_dl.ranking.names import CLICK_AND_CONVERSION
from tfrec_dl.ranking.predictor import Predictor
from tfrec_dl.ranking.rows import require_rows_of

Report = ClickReport | ConversionReport | RatingReport
ROWS = 4_096  # rows predicted at once


def evaluate_ranking(model: RankingModel, rows: RankingRows, part: np.ndarray) -> dict[str, Report]:
    """Evaluates predictions for some rows, made as in serving, without their positions.

    Args:
        model: a trained model.
        rows: rows of the model's table; see `ranking_rows`.
        part: [m] int64, rows to predict, as whole lists.

    Returns:
        Maps "click", "conversion" and "rating", as far as the model predicts them, to reports.

    Raises:
        InputError: if a prediction is not finite, or the rows belong to another model.
    """
    require_rows_of(model.fitted_state, rows)
    return ranking_reports(Predictor(model)(RankingBatches(rows, part, ROWS).in_order()), rows.impressions)


def ranking_reports(predictions: Mapping[str, np.ndarray], impressions: Impressions) -> dict[str, Report]:
    """Compares predictions with labels.

    If every row is a list of its own, list metrics are computed per user instead.

    Args:
        predictions: "row" [m] and the predictions for each row, as returned by `Predictor`.
        impressions: table of impressions.

    Raises:
        InputError: if a prediction is not finite.
    """
    for name, values in predictions.items():
        if not np.isfinite(values).all():
            raise InputError(f"a predicted {name} is NaN or infinite: the training diverged, lower the learning rate.")
    row = predictions["row"]
    labels = {name: values[row] for name, values in impressions.labels.items()}
    users = impressions.users[row]
    found: dict[str, Report] = {}
    if CLICK in predictions:
        lists = impressions.lists[row]
        lists = users if len(np.unique(lists)) == len(row) else lists
        score = predictions.get(CLICK_AND_CONVERSION, predictions[CLICK])
        found[CLICK] = ClickReport(predictions[CLICK], labels[CLICK], lists, users, score, items=impressions.items[row])
    if CONVERSION in predictions:
        clicks = found[CLICK]
        assert isinstance(clicks, ClickReport)
        found[CONVERSION] = ConversionReport(clicks, predictions[CONVERSION], labels[CONVERSION])
    if RATING in predictions:
        found[RATING] = RatingReport(
            impressions.user_ids[users],
            impressions.item_ids[impressions.items[row]],
            labels[RATING].astype(np.float64),
            predictions[RATING].astype(np.float64),
        )
    return found
