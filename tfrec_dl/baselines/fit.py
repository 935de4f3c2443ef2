"""Fits and evaluates the baselines one after the other, as benchmarks and `compare` do."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from weakref import WeakKeyDictionary

from tfrec_dl.baselines.baseline import BASELINES, Baseline
from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
from tfrec_dl.data.splits.split import Split
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.evaluate import evaluate
from tfrec_dl.evaluation.leaderboard import Entry

# Fitted baselines that are kept, with their seconds: all networks of a comparison use the same transition counts.
_Kept = dict[tuple[type[Baseline], bool], tuple[Baseline, float]]
_kept: WeakKeyDictionary[EvaluationCases, _Kept] = WeakKeyDictionary()


def fit_baselines(
    split: Split,
    names: Sequence[str] | None = None,
    on_skip: Callable[[str], None] | None = None,
    keep_seen: bool = False,
) -> Iterator[tuple[str, Baseline, float]]:
    """Fits the baselines one after the other, each on request; a kept one is not fitted again.

    Args:
        split: baselines learn from its training part; its validation part is for choosing settings, such as the
            Markov chain's decay.
        names: names in `BASELINES`; None for all.
        on_skip: called with a one-line reason for each baseline that is left out, for example `print`.
        keep_seen: whether items in the history can be recommended.

    Yields:
        Name, scorer, and the seconds that fitting took.

    Raises:
        InputError: if a name is unknown.
    """
    names = list(BASELINES) if names is None else names
    for name in names:
        if name not in BASELINES:
            raise InputError(f"unknown baseline {name!r}: choose from {', '.join(BASELINES)}.")
    for name in names:
        reason = BASELINES[name].left_out(split)
        if reason is not None:
            if on_skip is not None:
                on_skip(reason)
            continue
        yield name, *_fitted(BASELINES[name], split, keep_seen)


def _fitted(baseline: type[Baseline], split: Split, keep_seen: bool) -> tuple[Baseline, float]:
    """Returns a fitted baseline and the seconds that fitting took, now or earlier."""
    kept = _kept.setdefault(split.validation, {})
    if (baseline, keep_seen) in kept:
        return kept[baseline, keep_seen]
    start = time.perf_counter()
    scorer = baseline.from_split_with_seen(split) if keep_seen else baseline.from_split(split)
    found = scorer, time.perf_counter() - start
    if baseline.is_kept:
        kept[baseline, keep_seen] = found
    return found


def baseline_entries(
    split: Split,
    cases: EvaluationCases,
    keep_seen: bool = False,
    names: Sequence[str] | None = None,
    on_skip: Callable[[str], None] | None = None,
    seed: int = 0,
) -> Iterator[Entry]:
    """Fits and evaluates the baselines for a leaderboard.

    Args:
        split: data to fit on.
        cases: cases to evaluate on, `split.validation` or `split.test`.
        keep_seen: whether items in the history can be recommended.
        names: names in `BASELINES`; None for all.
        on_skip: called with a one-line reason for each baseline that is left out.
        seed: seed of the bootstrap intervals.

    Yields:
        One entry per baseline, as soon as it is done.
    """
    for name, scorer, seconds in fit_baselines(split, names, on_skip, keep_seen):
        yield Entry(name, evaluate(scorer, cases, split.vocabulary, keep_seen, seed=seed), seconds, "baseline")
