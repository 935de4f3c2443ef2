"""Metrics of a finished ranking run, as in `metrics.json`."""

import numpy as np

from tfrec_dl.ranking.data.batches import RankingRows
from tfrec_dl.ranking.data.feedback import CLICK, RATING
from tfrec_dl.ranking.data.splits import ImpressionSplit
from tfrec_dl.ranking.evaluate import evaluate_ranking
from tfrec_dl.ranking.leaderboard import ranking_difference, ranking_metrics
from tfrec_dl.ranking.model import RankingModel
from tfrec_dl.ranking.rows import ranking_rows

PAIRED = {"ndcg": CLICK, "auc": CLICK, "log_loss": CLICK, "rmse": RATING}  # metric -> label that it is of


def measure_ranking(model: RankingModel, rows: RankingRows, split: ImpressionSplit) -> dict[str, float]:
    """The metrics of a finished run on validation and test, with their intervals.

    Args:
        model: trained and calibrated. What it was calibrated on is the validation part, whose metrics of probabilities
            are flattered by it.
        rows: of the split.
        split: the parts.

    Returns:
        "test/auc", "test/auc/low", "test/auc/high", ...; so too under "validation/".
    """
    metrics: dict[str, float] = {}
    for part in ("validation", "test"):
        reports = evaluate_ranking(model, rows, getattr(split, part))
        metrics |= _named(part, ranking_metrics(reports))
    return metrics


def measure_ranking_gain(model: RankingModel, start: RankingModel, split: ImpressionSplit) -> dict[str, float]:
    """Test metrics of a model and of the one that it is compared with, and what was gained.

    Both read the histories that the split gives, as every evaluation does.

    Args:
        model: trained and calibrated.
        start: the other model.
        split: the parts.

    Returns:
        "test/auc" with its interval, of the model; "test_start/auc" of the other; "test_gain/auc", the difference, and
        for NDCG, AUC and log loss of clicks and RMSE of ratings its paired interval and p.
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
