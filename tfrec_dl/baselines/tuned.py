"""Base class of baselines whose settings are chosen by NDCG@10 on validation."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import TypeVar

from tfrec_dl.baselines.baseline import Baseline
from tfrec_dl.data.histories import Histories
from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
from tfrec_dl.data.splits.split import Split
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.evaluation.evaluate import evaluate

USERS = 10_000  # largest number of users ranked for
METRIC = "ndcg@10"

B = TypeVar("B", bound=Baseline)


class TunedBaseline(Baseline):
    """A baseline that learns from the training part, with the settings that are best on the validation part."""

    @classmethod
    def from_split(cls, split: Split) -> TunedBaseline:
        """Tunes and fits it for lists without items of the history."""
        return cls.tuned(split.train, split.vocabulary, split.validation)

    @classmethod
    def from_split_with_seen(cls, split: Split) -> TunedBaseline:
        """Tunes and fits it for lists that may contain items of the history."""
        return cls.tuned(split.train, split.vocabulary, split.validation, keep_seen=True)

    @abstractmethod
    def refitted(self, split: Split) -> TunedBaseline:
        """Fits it to another split's training part with the settings already chosen."""

    @classmethod
    @abstractmethod
    def tuned(
        cls, train: Histories, vocabulary: Vocabulary, validation: EvaluationCases, keep_seen: bool = False
    ) -> TunedBaseline:
        """Fits it to the training histories with the settings that have the highest NDCG@10 on validation.

        Args:
            train: histories to learn from.
            vocabulary: the items.
            validation: cases to choose on.
            keep_seen: whether items in the history can be recommended.
        """


def best_on_validation(
    fitted: Iterable[B], validation: EvaluationCases, vocabulary: Vocabulary, keep_seen: bool = False
) -> B:
    """Returns the baseline with the highest NDCG@10; among equals, the first.

    Args:
        fitted: baselines; each is requested when the one before has been measured.
        validation: cases to choose on; a sample of 10,000 users if there are more.
        vocabulary: the items.
        keep_seen: whether items in the history can be recommended.
    """
    cases = validation.sample(USERS)
    return max(
        fitted,
        key=lambda baseline: evaluate(baseline, cases, vocabulary, keep_seen, metrics=[METRIC]).means()[METRIC],
    )
