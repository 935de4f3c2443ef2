"""The baselines by name, each fitted the way benchmarks and `compare` fit it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from tfrec_dl.baselines.ease import EASE, MAX_ITEMS, EASEGraph
from tfrec_dl.baselines.graph import BaselineGraph
from tfrec_dl.baselines.ials import IALS, IALSGraph
from tfrec_dl.baselines.item_knn import ItemKNN, ItemKNNGraph
from tfrec_dl.baselines.markov_chain import MarkovChain, MarkovChainGraph
from tfrec_dl.baselines.popularity import Popularity, PopularityGraph
from tfrec_dl.data.splits.split import EvaluationCases, Split
from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.evaluate import evaluate
from tfrec_dl.evaluation.leaderboard import Entry
from tfrec_dl.evaluation.scorer import Scorer


class Baseline(Scorer, Protocol):
    """A scorer that can also be had as a graph."""

    def graph(self) -> BaselineGraph:
        """The same scores inside a TensorFlow graph."""
        ...


BASELINES: dict[str, Callable[[Split], Baseline]] = {
    "popularity": lambda split: Popularity.fit(split.train, split.vocabulary),
    "markov_chain": lambda split: MarkovChain.tuned(split.train, split.vocabulary, split.validation),
    "item_knn": lambda split: ItemKNN.fit(split.train, split.vocabulary),
    "ials": lambda split: IALS.fit(split.train, split.vocabulary),
    "ease": lambda split: EASE.fit(split.train, split.vocabulary),
}
"""Name -> fit on a split's training part; only the Markov chain looks at validation, to choose its decay."""

BASELINE_GRAPHS: dict[str, type[BaselineGraph]] = {
    "popularity": PopularityGraph,
    "markov_chain": MarkovChainGraph,
    "item_knn": ItemKNNGraph,
    "ials": IALSGraph,
    "ease": EASEGraph,
}
"""Name -> what the baseline's `graph()` returns."""


def fit_baselines(
    split: Split, names: Sequence[str] = tuple(BASELINES), on_skip: Callable[[str], None] | None = None
) -> Iterator[tuple[str, Baseline, float]]:
    """Fits the baselines one after the other, each when it is asked for.

    EASE is left out where the catalogue is too large for it.

    Args:
        split: baselines see its training part, and the choice of the Markov chain's decay its validation part.
        names: keys of `BASELINES`.
        on_skip: called with a one-line reason for a baseline that is left out, for example `print`.

    Yields:
        Name, scorer, and the seconds that fitting took.

    Raises:
        InputError: for an unknown name.
    """
    unknown = [name for name in names if name not in BASELINES]
    if unknown:
        raise InputError(f"unknown baseline {unknown[0]!r}: choose from {', '.join(BASELINES)}.")
    items = split.vocabulary.size - FIRST_ITEM
    for name in names:
        if name == "ease" and items > MAX_ITEMS:
            if on_skip is not None:
                on_skip(f"EASE is left out: it inverts an items x items matrix, too large for {items:,} items.")
            continue
        start = time.perf_counter()
        scorer = BASELINES[name](split)
        yield name, scorer, time.perf_counter() - start


def baseline_entries(
    split: Split,
    cases: EvaluationCases,
    keep_seen: bool = False,
    names: Sequence[str] = tuple(BASELINES),
    on_skip: Callable[[str], None] | None = None,
    seed: int = 0,
) -> Iterator[Entry]:
    """Fits and evaluates the baselines, ready for a leaderboard.

    Args:
        split: to fit on.
        cases: to evaluate on, `split.validation` or `split.test`.
        keep_seen: whether items of the history can be recommended.
        names: keys of `BASELINES`.
        on_skip: called with a one-line reason for a baseline that is left out.
        seed: of the bootstrap intervals.

    Yields:
        One entry a baseline, as soon as it is done.
    """
    for name, scorer, seconds in fit_baselines(split, names, on_skip):
        yield Entry(name, evaluate(scorer, cases, split.vocabulary, keep_seen, seed=seed), seconds, "baseline")
