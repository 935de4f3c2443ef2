"""Searches the settings of `Transitions` on validation cases."""

from __future__ import annotations

import logging
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from scipy import sparse

from tfrec_dl.baselines.transition_counts import both_ways, count_transitions, last_votes, scaled_transitions
from tfrec_dl.baselines.transition_settings import TransitionSettings
from tfrec_dl.data.histories import Histories
from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
from tfrec_dl.data.vocabulary import FIRST_ITEM, Vocabulary

logger = logging.getLogger(__name__)

CHOICES: dict[str, tuple[Any, ...]] = {
    "decay": (0.2, 0.35, 0.45, 0.55, 0.65, 0.8, 0.9),
    "order": (2, 4, 8, 16),
    "window": (1, 2, 4, 8, 20),
    "skip": (0.35, 0.5, 0.7, 0.8, 0.9, 1.0),
    "source": (0.0, 0.15, 0.3, 0.5, 0.7),
    "target": (0.0, 0.15, 0.3, 0.5),
    "back": (0.0, 0.1, 0.15, 0.25, 0.4, 0.7, 1.0),
}
"""Values tried for each setting; the settings are searched in this order."""
REPEATS = (0.0, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
"""Values tried for `repeat`, before the other settings, if items in the history can be recommended."""
FEW, MANY = 5_000, 20_000  # users in the two rounds
CELLS = 12_000_000  # approximate limit on the scores that one trial computes: fewer users if each has many
PAIRS = 100_000_000  # limit on the pairs of items that are counted: a smaller window if there are many histories
K = 10
NEVER = -1e9
BLOCK = 1_000  # users ranked at once


def search_settings(
    train: Histories, vocabulary: Vocabulary, validation: EvaluationCases, keep_seen: bool = False
) -> tuple[sparse.csr_matrix, TransitionSettings]:
    """Chooses the settings with the best NDCG@10 on validation, one setting after the other.

    A trial ranks the targets among the items that have votes and can be recommended; other targets count as misses.
    The first round tries all values on few users; the second tries the values near the best one on many users.

    Args:
        train: histories to count.
        vocabulary: the items.
        validation: cases to choose on; a sample is used if there are many.
        keep_seen: whether items in the history can be recommended.

    Returns:
        Counts in both directions, without repeats and not scaled, and the best settings. If no trial hits a target,
        these are the default settings.
    """
    windows = [window for window in CHOICES["window"] if window * len(train.items) <= PAIRS] or [1]
    counted = _Counted(train, vocabulary.size)

    best = replace(TransitionSettings(), window=min(TransitionSettings().window, windows[-1]))
    choices = ({"repeat": REPEATS} if keep_seen else {}) | CHOICES | {"window": tuple(windows)}
    most = max(500, CELLS // _reached(counted(best)))
    few = _Trials(validation, vocabulary, counted, min(FEW, most), keep_seen)
    if few.count:
        best = _search(best, choices, few)
        near = {name: _neighbours(values, getattr(best, name)) for name, values in choices.items()}
        best = _search(best, near, _Trials(validation, vocabulary, counted, min(MANY, most), keep_seen))
    logger.info("transitions: %s", ", ".join(f"{name} {number:g}" for name, number in asdict(best).items()))
    return counted(best), best


def _search(best: TransitionSettings, choices: dict[str, tuple[Any, ...]], trials: _Trials) -> TransitionSettings:
    """Chooses the best value of each setting in turn, keeping the others; among equals, the present value wins."""
    known: dict[TransitionSettings, float] = {}

    def value(settings: TransitionSettings) -> float:
        if settings not in known:
            known[settings] = trials.ndcg(settings)
        return known[settings]

    for name, values in choices.items():
        if name != "skip" or best.window > 1:  # neighbors are one apart, so `skip` has no effect
            best = max([best, *(replace(best, **{name: choice}) for choice in values)], key=value)
    return best


def _neighbours(choices: tuple[Any, ...], chosen: Any) -> tuple[Any, ...]:
    """Returns the choices next to the chosen one."""
    below, above = [value for value in choices if value < chosen], [value for value in choices if value > chosen]
    return (*below[-1:], *above[:1])


class _Counted:
    """Counts in both directions; only the last counts of each kind are kept, because they may be large."""

    def __init__(self, train: Histories, size: int) -> None:
        self.train, self.size = train, size
        self.forward: dict[tuple[int, float], sparse.csr_matrix] = {}
        self.both: dict[tuple[int, float, float], sparse.csr_matrix] = {}

    def __call__(self, settings: TransitionSettings) -> sparse.csr_matrix:
        window, skip, back = settings.window, settings.skip if settings.window > 1 else 1.0, settings.back
        if (window, skip, back) not in self.both:
            if (window, skip) not in self.forward:
                self.forward = {(window, skip): count_transitions(self.train, self.size, window, skip)}
            self.both = {(window, skip, back): both_ways(self.forward[window, skip], back)}
        return self.both[window, skip, back]


class _Trials:
    """Validation cases, prepared for ranking with many settings.

    Args:
        cases: cases to choose on.
        vocabulary: the items.
        counted: provides the counts for given settings.
        users: largest number of users.
        keep_seen: whether items in the history can be recommended.
    """

    def __init__(
        self, cases: EvaluationCases, vocabulary: Vocabulary, counted: _Counted, users: int, keep_seen: bool
    ) -> None:
        self.vocabulary, self.counted = vocabulary, counted
        rows = np.flatnonzero(cases.histories.lengths)
        rows = np.random.default_rng(0).permutation(rows)[:users]
        self.histories, targets = cases.histories.select(rows), cases.targets.select(rows)
        owners = np.repeat(np.arange(len(rows)), targets.lengths)
        known = targets.items >= FIRST_ITEM
        self.rows, self.targets = owners[known], targets.items[known].astype(np.int64)
        self.turns = np.arange(len(self.rows)) - np.searchsorted(self.rows, self.rows)
        self.count = len(self.rows)
        masked = self.histories.select(np.arange(0 if keep_seen else len(rows)))
        places = np.repeat(np.arange(len(masked)), masked.lengths), masked.items
        never = np.full(len(masked.items), NEVER, dtype=np.float32)
        self.seen = sparse.csr_matrix((never, places), shape=(len(rows), vocabulary.size))  # added to the votes

    def ndcg(self, settings: TransitionSettings) -> float:
        """Mean of 1 / log2(1 + rank) over the targets ranked 10 or better; ties count against them."""
        scaled = scaled_transitions(self.counted(settings), self.vocabulary.item_counts, settings)
        scaled.data = scaled.data.astype(np.float32)  # halves the work
        votes = last_votes(self.histories, self.vocabulary.size, settings.decay, settings.order).astype(np.float32)
        gains = 0.0
        for start in range(0, len(self.histories), BLOCK):
            inside = (self.rows >= start) & (self.rows < start + BLOCK)
            gains += self._gains(votes[start : start + BLOCK] @ scaled, start, inside)
        return gains / self.count

    def _gains(self, scores: sparse.csr_matrix, start: int, inside: np.ndarray) -> float:
        """Sums the gains of the block of users that begins at `start`; `inside` are its targets."""
        rows, targets = self.rows[inside] - start, self.targets[inside]
        left = (scores + self.seen[start : start + scores.shape[0]]).tocsr()
        own = np.asarray(left[rows, targets]).ravel()
        users = np.repeat(np.arange(left.shape[0]), np.diff(left.indptr))
        gains = 0.0
        for turn in range(int(self.turns[inside].max(initial=-1)) + 1):  # first targets, then second ones
            now = self.turns[inside] == turn
            bar = np.full(left.shape[0], np.inf, dtype=np.float32)
            bar[rows[now]] = np.where(own[now] > 0, own[now], np.inf)
            ranks = np.bincount(users[left.data >= bar[users]], minlength=len(bar))
            gains += float((1 / np.log2(1 + ranks[(ranks > 0) & (ranks <= K)])).sum())
        return gains


def _reached(counts: sparse.csr_matrix) -> int:
    """Estimates how many items the votes of a typical history reach."""
    return max(1, min(counts.shape[0], 8 * counts.nnz // max(1, np.count_nonzero(np.diff(counts.indptr)))))
