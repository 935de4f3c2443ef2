"""The figures that a finished ranking run keeps."""

from tfrec_dl.ranking.data.batches import RankingRows
from tfrec_dl.ranking.data.splits import ImpressionSplit
from tfrec_dl.ranking.evaluate import evaluate_ranking
from tfrec_dl.ranking.leaderboard import ranking_figures
from tfrec_dl.ranking.model import RankingModel


def measure_ranking(model: RankingModel, rows: RankingRows, split: ImpressionSplit) -> dict[str, float]:
    """The figures of a finished run on validation and test, with their intervals.

    Args:
        model: trained and calibrated. What it was calibrated on is the validation part, whose figures of probabilities
            are flattered by it.
        rows: of the split.
        split: the parts.

    Returns:
        "test/auc", "test/auc/low", "test/auc/high", ...; so too under "validation/".
    """
    figures: dict[str, float] = {}
    for part in ("validation", "test"):
        reports = evaluate_ranking(model, rows, getattr(split, part))
        figures |= {f"{part}/{name}": value for name, value in ranking_figures(reports).items()}
    return figures
