"""Landmarks: metrics of count-based baselines on a sample, which show what there is to learn before any training.

Pfahringer, Bensusan and Giraud-Carrier, ICML 2000, choose algorithms by the scores of quick ones.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tfrec_dl.baselines.baseline import Baseline
from tfrec_dl.baselines.ease import EASE
from tfrec_dl.baselines.popularity import Popularity
from tfrec_dl.baselines.transition_settings import TransitionSettings
from tfrec_dl.baselines.transitions import Transitions
from tfrec_dl.data.histories import Histories
from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
from tfrec_dl.data.splits.split import Split
from tfrec_dl.data.vocabulary import FIRST_ITEM, UNKNOWN, Vocabulary
from tfrec_dl.evaluation.evaluate import evaluate
from tfrec_dl.metrics import NDCG

ITEMS = 3_000  # items in the sample: the most popular ones
TRAINED, MEASURED = 50_000, 2_000  # users in the sample: to count, and to rank for
K = 10
# The settings that a search finds on dense, on sparse, and on strictly ordered data.
PRESETS = (
    TransitionSettings(skip=0.9, back=0.4, source=0.7, order=16),
    TransitionSettings(window=20, back=0.2, source=0.2, target=0.0, decay=0.6),
    TransitionSettings(window=1, skip=1.0, back=0.0, source=0.5, target=0.0, decay=0.5, order=5),
)


@dataclass(frozen=True)
class Landmarks:
    """NDCG@10 of count-based baselines on the validation targets of a sample.

    Attributes:
        popularity: NDCG@10 of the most popular items.
        transitions: NDCG@10 of transitions, with the best of a few settings.
        shuffled: the same if the items of each history are in random order.
        ease: NDCG@10 of EASE, a linear model of sets of items.
        reached: share of the targets that a transition count leads to.
        users: number of users ranked for.
    """

    popularity: float
    transitions: float
    shuffled: float
    ease: float
    reached: float
    users: int

    @property
    def best(self) -> float:
        """The highest NDCG@10 of popularity, transitions and EASE."""
        return max(self.popularity, self.transitions, self.ease)


def landmarks_of(split: Split, keep_seen: bool = False, seed: int = 0) -> Landmarks | None:
    """Measures the landmarks on a sample: the most popular items, and users at random.

    Args:
        split: the training histories to count, and the validation cases.
        keep_seen: whether items of the history can be recommended.
        seed: seed of the sample and of the random order.

    Returns:
        The landmarks; None if the sample has no user to rank for.
    """
    draw = np.random.default_rng(seed)
    vocabulary = Vocabulary(split.vocabulary.ids[:ITEMS], split.vocabulary.counts[:ITEMS])
    train = _sampled(split.train, vocabulary, draw.permutation(len(split.train))[:TRAINED])
    cases = _cases(split.validation, vocabulary, keep_seen, draw)
    if not len(cases):
        return None

    def ndcg(scorer: Baseline, cases: EvaluationCases = cases) -> float:
        return evaluate(scorer, cases, vocabulary, keep_seen, metrics=[NDCG(K)]).means()[f"ndcg@{K}"]

    counted = [Transitions.fit(train, vocabulary, settings) for settings in PRESETS]
    at_random = replace(cases, histories=_shuffled(cases.histories, draw))
    shuffled_train = _shuffled(train, draw)
    return Landmarks(
        popularity=ndcg(Popularity.fit(train, vocabulary)),
        transitions=max(map(ndcg, counted)),
        shuffled=max(ndcg(Transitions.fit(shuffled_train, vocabulary, each), at_random) for each in PRESETS),
        ease=ndcg(EASE.fit(train, vocabulary)),
        reached=_reached(counted[0], cases),
        users=len(cases),
    )


def _sampled(histories: Histories, vocabulary: Vocabulary, rows: np.ndarray) -> Histories:
    """Selects histories, and drops the items that are not in the sample."""
    chosen = histories.select(rows)
    items = np.where(chosen.items < vocabulary.size, chosen.items, UNKNOWN).astype(np.int32)
    return replace(chosen, items=items, weights=None).known().numbered_by(vocabulary)


def _cases(
    cases: EvaluationCases, vocabulary: Vocabulary, keep_seen: bool, draw: np.random.Generator
) -> EvaluationCases:
    """Selects users with at least one target that can be found in the sample, and keeps only such targets."""
    targets = cases.targets.items
    rows = np.repeat(np.arange(len(cases)), cases.targets.lengths)
    found = (targets >= FIRST_ITEM) & (targets < min(vocabulary.size, vocabulary.trained_size))
    if not keep_seen:
        found &= ~cases.seen_targets()
    users = np.unique(rows[found])
    users = np.sort(draw.permutation(users)[:MEASURED])
    kept = found & np.isin(rows, users)
    wanted = Histories.from_rows(
        np.searchsorted(users, rows[kept]), targets[kept], cases.targets.user_ids[users]
    ).numbered_by(vocabulary)
    return EvaluationCases(_sampled(cases.histories, vocabulary, users), wanted)


def _shuffled(histories: Histories, draw: np.random.Generator) -> Histories:
    """Returns the same histories, with the items of each in random order."""
    rows = np.repeat(np.arange(len(histories)), histories.lengths)
    order = np.lexsort((draw.random(len(rows)), rows))
    return replace(histories, items=histories.items[order]).numbered_by(histories.vocabulary)


def _reached(transitions: Transitions, cases: EvaluationCases) -> float:
    """Returns the share of targets that get a vote from the transition counts."""
    votes = transitions.votes(cases.histories) @ transitions.transitions
    rows = np.repeat(np.arange(len(cases)), cases.targets.lengths)
    return float((np.asarray(votes[rows, cases.targets.items]).ravel() > 0).mean())
