"""First-order Markov chain: recommends what usually followed the last items of the history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tfrec_dl.baselines.baseline import BASELINES
from tfrec_dl.baselines.transition_settings import MARKOV_CHAIN
from tfrec_dl.baselines.transitions import Transitions
from tfrec_dl.baselines.tuned import best_on_validation
from tfrec_dl.data.histories import Histories
from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.errors import InputError

DECAYS = (0.2, 0.35, 0.5, 0.65, 0.8, 0.9)


@BASELINES.register("markov_chain")
@dataclass(frozen=True, eq=False)
class MarkovChain(Transitions):
    """Scores an item by how often it directly followed any of the last five items of the history.

    It is `Transitions` restricted to neighboring items. A training transition a -> b weighs
    count(a, b) / sqrt(count(a)). The item `d` places before the end votes with weight `decay ** d`. Equal scores are
    ordered by popularity.
    """

    place = 20

    @classmethod
    def of_decay(cls, train: Histories, vocabulary: Vocabulary, decay: float = 0.5) -> MarkovChain:
        """Counts transitions between neighboring items in the training histories.

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
        keep_seen: bool = False,
        decays: Sequence[float] = DECAYS,
    ) -> MarkovChain:
        """Chooses `decay` on validation cases; among equals, the first wins."""
        fitted = cls.of_decay(train, vocabulary)
        chains = [replace(fitted, settings=replace(fitted.settings, decay=decay)) for decay in decays]
        return best_on_validation(chains, validation, vocabulary, keep_seen)
