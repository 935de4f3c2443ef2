"""Choice among fitted baselines by NDCG@10 on validation cases."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from tfrec_dl.baselines.baseline import Baseline
from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.evaluation.evaluate import evaluate

USERS = 10_000  # that are ranked for at most
METRIC = "ndcg@10"

B = TypeVar("B", bound=Baseline)


def best_on_validation(
    fitted: Iterable[B], validation: EvaluationCases, vocabulary: Vocabulary, keep_seen: bool = False
) -> B:
    """The one with the highest NDCG@10; the first of equals.

    Args:
        fitted: baselines, each asked for when the one before has been measured.
        validation: cases to choose on; a sample of 10,000 users where they are more.
        vocabulary: the items.
        keep_seen: whether items of the history can be recommended.
    """
    cases = validation.sample(USERS)
    return max(
        fitted,
        key=lambda baseline: evaluate(baseline, cases, vocabulary, keep_seen, metrics=[METRIC]).means()[METRIC],
    )
