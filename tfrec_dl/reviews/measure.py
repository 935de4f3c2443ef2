"""Metrics of a rating model on validation and test, compared with the rating-bias baseline."""

from tfrec_dl.baselines.rating_bias import RatingBias
from tfrec_dl.evaluation.rating_metrics import paired_rmse_difference, rating_metrics
from tfrec_dl.evaluation.ratings import RatingPredictor, RatingReport, evaluate_ratings
from tfrec_dl.reviews.splits import RatingSplit


def measure_ratings(model: RatingPredictor, split: RatingSplit) -> dict[str, float]:
    """Computes everything in the `metrics.json` of a rating run.

    Args:
        model: a model trained on the split's training part.
        split: the data; the baseline's shrinkages are chosen on its validation part.

    Returns:
        "validation/rmse", "validation/mse", "validation/mae" and the same under "test", each with "/low" and "/high";
        those of the baseline under "validation_bias" and "test_bias"; "test_gain/rmse" with "/low", "/high" and "/p",
        the model's RMSE minus the baseline's, negative if the model is better.
    """
    baseline = RatingBias.tuned(split.train.rated(), split.validation.rated())
    metrics: dict[str, float] = {}
    for part, reviews in (("validation", split.validation), ("test", split.test)):
        report, simple = evaluate_ratings(model, reviews), evaluate_ratings(baseline, reviews)
        metrics |= part_metrics(part, report) | part_metrics(f"{part}_bias", simple)
        if part == "test":
            gain = paired_rmse_difference(report, simple)
            metrics |= {
                "test_gain/rmse": gain.difference,
                "test_gain/rmse/low": gain.low,
                "test_gain/rmse/high": gain.high,
                "test_gain/rmse/p": gain.p,
            }
    return metrics


def part_metrics(part: str, report: RatingReport) -> dict[str, float]:
    """Returns the metrics of a report, named as in `metrics.json`: "test/rmse", "test/rmse/low", ..."""
    return {f"{part}/{name}": value for name, value in rating_metrics(report).items()}
