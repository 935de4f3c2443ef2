"""Landmarks: how well tables of counts do on a sample, which says what there is to learn before a network is trained.

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

ITEMS = 3_000  # of the sample: the most popular ones
TRAINED, MEASURED = 50_000, 2_000  # users of the sample: to count, to rank for
K = 10
# What a search finds on dense, on sparse, and on strictly ordered data.
PRESETS = (
    TransitionSettings(skip=0.9, back=0.4, source=0.7, order=16),
    TransitionSettings(window=20, back=0.2, source=0.2, target=0.0, decay=0.6),
    TransitionSettings(window=1, skip=1.0, back=0.0, source=0.5, target=0.0, decay=0.5, order=5),
)


@dataclass(frozen=True)
class Landmarks:
    """NDCG@10 of tables of counts on validation targets of a sample.

    Attributes:
        popularity: of the most popular items.
        transitions: of what followed the last items, with the best of a few settings.
        shuffled: of the same where the items of each history are in random order.
        ease: of EASE, a linear model of sets of items.
        reached: share of the targets that a count of transitions says anything of.
        users: that were ranked for.
    """

    popularity: float
    transitions: float
    shuffled: float
    ease: float
    reached: float
    users: int

    @property
    def best(self) -> float:
        """The highest."""
        return max(self.popularity, self.transitions, self.ease)


def landmarks_of(split: Split, keep_seen: bool = False, seed: int = 0) -> Landmarks | None:
    """Measures the landmarks on a sample: the most popular items, and users at random.

    Args:
        split: training histories to count, and validation cases.
        keep_seen: whether items of the history can be recommended.
        seed: of the sample and of the random order.

    Returns:
        The landmarks; None where no user of the sample is left to rank for.
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
    """Some histories without the items that the sample leaves out."""
    chosen = histories.select(rows)
    items = np.where(chosen.items < vocabulary.size, chosen.items, UNKNOWN).astype(np.int32)
    return replace(chosen, items=items, weights=None).known().numbered_by(vocabulary)


def _cases(
    cases: EvaluationCases, vocabulary: Vocabulary, keep_seen: bool, draw: np.random.Generator
) -> EvaluationCases:
    """Users one of whose targets can be found in the sample, with these targets."""
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
    """The same histories, the items of each in random order."""
    rows = np.repeat(np.arange(len(histories)), histories.lengths)
    order = np.lexsort((draw.random(len(rows)), rows))
    return replace(histories, items=histories.items[order]).numbered_by(histories.vocabulary)


def _reached(transitions: Transitions, cases: EvaluationCases) -> float:
    """Share of targets that have a vote."""
    votes = transitions.votes(cases.histories) @ transitions.transitions
    rows = np.repeat(np.arange(len(cases)), cases.targets.lengths)
    return float((np.asarray(votes[rows, cases.targets.items]).ravel() > 0).mean())
