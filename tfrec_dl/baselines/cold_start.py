"""The baselines among cold items by name, each fitted the way benchmarks fit it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from tfrec_dl.baselines.held_out_popularity import HeldOutPopularity
from tfrec_dl.baselines.random_scores import RandomScores
from tfrec_dl.baselines.tf_idf import TfIdf
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.catalogue.feature_kinds import SEPARATOR
from tfrec_dl.data.splits.cold_start import ColdStartSplit
from tfrec_dl.data.vocabulary import FIRST_ITEM, Vocabulary
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.cold_start import ColdStartEntry, Part, evaluate_cold_start
from tfrec_dl.evaluation.scorer import Scorer

Texts = Sequence[str] | np.ndarray

COLD_BASELINES: dict[str, Callable[[ColdStartSplit, Texts], Scorer]] = {
    "random": lambda cold_split, texts: RandomScores(cold_split.vocabulary),
    "held_out_popularity": lambda cold_split, texts: HeldOutPopularity.fit(cold_split),
    "tf_idf": lambda cold_split, texts: TfIdf.fit(texts, cold_split.vocabulary),
}
"""Name -> fit on a cold-start split and [V] texts of its items; held_out_popularity peeks and says so."""


def item_texts(items: Catalogue | None, vocabulary: Vocabulary) -> list[str]:
    """[vocabulary.size] texts and categories of each item in one; "" for padding, unknown and items without."""
    if items is None:
        return [""] * vocabulary.size
    rows = items.take(vocabulary.ids)
    words = [rows.columns[name] for name, kind in rows.kinds.items() if kind not in ("number", "image")]
    texts = [" ".join(parts).replace(SEPARATOR, " ") for parts in zip(*words, strict=True)]
    return [""] * FIRST_ITEM + (texts or [""] * len(rows))


def cold_baseline_entries(
    cold_split: ColdStartSplit,
    texts: Texts,
    part: Part = "test",
    keep_seen: bool = False,
    names: Sequence[str] = tuple(COLD_BASELINES),
    seed: int = 0,
) -> Iterator[ColdStartEntry]:
    """Fits and evaluates the baselines, ready for a cold-start leaderboard.

    Args:
        cold_split: of `hold_out_items`.
        texts: [cold_split.vocabulary.size] one text an index; see `TfIdf.fit`.
        part: "validation" or "test".
        keep_seen: whether items of the history can be recommended.
        names: keys of `COLD_BASELINES`.
        seed: of the bootstrap intervals.

    Yields:
        One entry a baseline, as soon as it is done; its seconds are those of fitting.

    Raises:
        InputError: for an unknown name, texts that do not fit, or if scikit-learn is missing.
    """
    unknown = next((name for name in names if name not in COLD_BASELINES), None)
    if unknown is not None:
        raise InputError(f"unknown baseline {unknown!r}: choose from {', '.join(COLD_BASELINES)}.")
    for name in names:
        start = time.perf_counter()
        scorer = COLD_BASELINES[name](cold_split, texts)
        seconds = time.perf_counter() - start
        reports = evaluate_cold_start(scorer, cold_split, part, keep_seen, seed=seed)
        yield ColdStartEntry(name, reports, seconds, "baseline")
