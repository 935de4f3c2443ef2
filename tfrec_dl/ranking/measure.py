"""Metrics of a finished ranking run, as in `metrics.json`."""

import numpy as np

from tfrec_dl.ranking.data.batches import RankingRows
from tfrec_dl.ranking.data.feedback import CLICK, RATING
from tfrec_dl.ranking.data.splits import ImpressionSplit
from tfrec_dl.ranking.evaluate import evaluate_ranking
from tfrec_dl.ranking.leaderboard import ranking_difference, ranking_metrics
from tfrec_dl.ranking.model import RankingModel
from tfrec_dl.ranking.rows import ranking_rows

PAIRED = {"ndcg": CLICK, "auc": CLICK, "log_loss": CLICK, "rmse": RATING}  # maps each metric to its label


def measure_ranking(model: RankingModel, rows: RankingRows, split: ImpressionSplit) -> dict[str, float]:
    """Measures a finished run on validation and test, with intervals.

    Args:
        model: a trained and calibrated model. It was calibrated on the validation part, so the validation metrics of
            probabilities are too good.
        rows: rows of the split.
        split: split of the table.

    Returns:
        "test/auc", "test/auc/low", "test/auc/high", ...; the same under "validation/".
    """
    metrics: dict[str, float] = {}
    for part in ("validation", "test"):
        reports = evaluate_ranking(model, rows, getattr(split, part))
        metrics |= _named(part, ranking_metrics(reports))
    return metrics


def measure_ranking_gain(model: RankingModel, start: RankingModel, split: ImpressionSplit) -> dict[str, float]:
    """Measures the test metrics of a model and of the model it is compared with, and the difference.

    Both read the histories that the split provides, as in every evaluation.

    Args:
        model: a trained and calibrated model.
        start: the other model.
        split: split of the table.

    Returns:
        "test/auc" with its interval, for the model; "test_start/auc" for the other; "test_gain/auc" for the difference,
        with its paired interval and p for NDCG, AUC and log loss of clicks and RMSE of ratings.
    """
    after, before = (
        evaluate_ranking(each, ranking_rows(each.fitted_state, split), split.test) for each in (model, start)
    )
    found, found_before = ranking_metrics(after), ranking_metrics(before)
    metrics = _named("test", found) | _named("test_start", found_before)
    for name in (name for name in found if "/" not in name and name in found_before):
        metrics[f"test_gain/{name}"] = found[name] - found_before[name]
    for name, label in PAIRED.items():
        if label in after and name in found:
            pair = ranking_difference(after[label], before[label], name)
            metrics |= {f"test_gain/{name}/{part}": getattr(pair, part) for part in ("low", "high", "p")}
    return {name: value for name, value in metrics.items() if np.isfinite(value)}


def _named(part: str, metrics: dict[str, float]) -> dict[str, float]:
    return {f"{part}/{name}": value for name, value in metrics.items()}
