"""Computes the metrics of a finished run, as stored in `metrics.json`."""

from collections.abc import Sequence
from typing import Any, Literal

from tfrec_dl.data.splits.cold_start import ColdStartSplit
from tfrec_dl.data.training.training_data import TrainingData
from tfrec_dl.evaluation.cold_start import evaluate_cold_start
from tfrec_dl.evaluation.evaluate import evaluate
from tfrec_dl.evaluation.paired import paired_difference


def measure(model: Any, split: TrainingData, on_validation: Any = None, keep_seen: bool = False) -> dict[str, float]:
    """Computes the metrics of a finished run, with intervals: validation, test, and test with seen items kept.

    Args:
        model: model that scores histories.
        split: split with the cases.
        on_validation: scores the validation cases instead of `model`, if that has learned from them.
        keep_seen: whether items in the history can be recommended, in all parts.

    Returns:
        "test/ndcg@10", "test/ndcg@10/low", "test/ndcg@10/high", ...; also under "validation/" and "test_keep_seen/".
    """
    report = evaluate(on_validation or model, split.validation, split.vocabulary, keep_seen)
    validated = {f"validation/{name}": value for name, value in report.summary().items()}
    return validated | measure_test(model, split, keep_seen)


def measure_test(model: Any, split: TrainingData, keep_seen: bool = False) -> dict[str, float]:
    """Same as `measure`, but only for the test cases: for a model that has also learned from the validation cases."""

    def measured(kept: bool) -> dict[str, float]:
        return evaluate(model, split.test, split.vocabulary, kept).summary()

    with_seen = measured(True)
    of_parts = {"test": with_seen if keep_seen else measured(False), "test_keep_seen": with_seen}
    return {f"{part}/{name}": value for part, metrics in of_parts.items() for name, value in metrics.items()}


def measure_gain(model: Any, start: Any, split: TrainingData, keep_seen: bool = False) -> dict[str, float]:
    """Computes the metrics of the model that a training started from, and the gain over it, on the same test cases.

    Args:
        model: model that scores histories.
        start: the model that the training started from.
        split: split with the cases.
        keep_seen: whether items in the history can be recommended.

    Returns:
        "test_start/ndcg@10" with its interval, for the start; "test_gain/ndcg@10", the mean difference, with the paired
        interval and "test_gain/ndcg@10/p"; likewise the other metrics. Catalogue coverage has no interval.
    """
    after, before = (evaluate(each, split.test, split.vocabulary, keep_seen) for each in (model, start))
    metrics = {f"test_start/{name}": value for name, value in before.summary().items()}
    for name in after.values:
        gain = paired_difference(after, before, name)
        metrics |= {f"test_gain/{name}": gain.difference}
        metrics |= {f"test_gain/{name}/{part}": getattr(gain, part) for part in ("low", "high", "p")}
    return metrics | {f"test_gain/{name}": value - before.totals[name] for name, value in after.totals.items()}


def measure_cold(
    model: Any,
    cold_split: ColdStartSplit,
    parts: Sequence[Literal["validation", "test"]] = ("validation", "test"),
    keep_seen: bool = False,
) -> dict[str, float]:
    """Computes the metrics of `evaluate_cold_start`, with their intervals.

    Args:
        model: model that scores histories.
        cold_split: split with the cases of cold items and of warm items.
        parts: parts whose cases are evaluated.
        keep_seen: whether items in the history can be recommended.

    Returns:
        "test_warm/ndcg@10", "test_cold/ndcg@10", "test_all/ndcg@10", ...; likewise for "validation".
    """
    metrics: dict[str, float] = {}
    for part in parts:
        reports = evaluate_cold_start(model, cold_split, part, keep_seen)
        for kind, report in reports.items():
            metrics |= {f"{part}_{kind}/{name}": value for name, value in report.summary().items()}
    return metrics
