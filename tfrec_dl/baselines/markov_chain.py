"""First-order Markov chain: what usually follows the last items of the history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tfrec_dl.baselines.baseline import BASELINES
from tfrec_dl.baselines.transition_settings import MARKOV_CHAIN
from tfrec_dl.baselines.transitions import Transitions
from tfrec_dl.data.histories import Histories
from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
from tfrec_dl.data.splits.split import Split
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.evaluate import evaluate

TUNING_USERS = 10_000
DECAYS = (0.2, 0.35, 0.5, 0.65, 0.8, 0.9)


@BASELINES.register("markov_chain")
@dataclass(frozen=True, eq=False)
class MarkovChain(Transitions):
    """Scores an item by how often it followed the last five items of the history: `Transitions` of neighbours alone.

    A training transition a -> b weighs count(a, b) / sqrt(count(a)). The item `d` places before the end votes with
    weight `decay ** d`. Equal scores are ordered by popularity.
    """

    place = 20

    @classmethod
    def of_decay(cls, train: Histories, vocabulary: Vocabulary, decay: float = 0.5) -> MarkovChain:
        """Counts transitions between neighbours in the training histories.

        Raises:
            InputError: if `decay` is not above 0 and at most 1.
        """
        if not 0.0 < decay <= 1.0:
            raise InputError(f"decay is {decay}: it must be above 0 and at most 1.")
        fitted = cls.fit(train, vocabulary, replace(MARKOV_CHAIN, decay=decay))
        return cls(fitted.transitions, vocabulary, fitted.settings)

    @classmethod
    def tuned(
        cls,
        train: Histories,
        vocabulary: Vocabulary,
        validation: EvaluationCases,
        decays: Sequence[float] = DECAYS,
    ) -> MarkovChain:
        """Chooses `decay` by NDCG@10 on the validation cases, 10,000 at most; the first of equals wins."""
        if len(validation) > TUNING_USERS:
            rows = np.sort(np.random.default_rng(0).choice(len(validation), TUNING_USERS, replace=False))
            validation = EvaluationCases(validation.histories.select(rows), validation.targets.select(rows))
        fitted = cls.of_decay(train, vocabulary)
        chains = [replace(fitted, settings=replace(fitted.settings, decay=decay)) for decay in decays]
        values = [evaluate(chain, validation, vocabulary, metrics=["ndcg@10"]).means()["ndcg@10"] for chain in chains]
        return chains[int(np.argmax(values))]

    @classmethod
    def from_split(cls, split: Split) -> MarkovChain:
        """Counts transitions of the training part, and chooses the decay on validation."""
        return cls.tuned(split.train, split.vocabulary, split.validation)
