"""Metrics of a finished ranking run, as in `metrics.json`."""

from tfrec_dl.ranking.data.batches import RankingRows
from tfrec_dl.ranking.data.splits import ImpressionSplit
from tfrec_dl.ranking.evaluate import evaluate_ranking
from tfrec_dl.ranking.leaderboard import ranking_metrics
from tfrec_dl.ranking.model import RankingModel


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
        metrics |= {f"{part}/{name}": value for name, value in ranking_metrics(reports).items()}
    return metrics
