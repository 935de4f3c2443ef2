"""Fits and evaluates the baselines for cold items, as benchmarks and `compare` do."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import numpy as np

from tfrec_dl.baselines.baseline import COLD_BASELINES
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.catalogue.feature_kinds import SEPARATOR
from tfrec_dl.data.splits.cold_start import ColdStartSplit
from tfrec_dl.data.vocabulary import FIRST_ITEM, Vocabulary
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.cold_start import ColdStartEntry, Part, evaluate_cold_start

Texts = Sequence[str] | np.ndarray


def item_texts(items: Catalogue | None, vocabulary: Vocabulary) -> list[str]:
    """Joins the texts and categories of each item, [vocabulary.size]; "" for padding, unknown and items without."""
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
    names: Sequence[str] | None = None,
    seed: int = 0,
) -> Iterator[ColdStartEntry]:
    """Fits and evaluates the baselines for a cold-start leaderboard.

    Args:
        cold_split: the result of `hold_out_items`.
        texts: [cold_split.vocabulary.size] one text per index; see `TfIdf.fit`.
        part: "validation" or "test".
        keep_seen: whether items in the history can be recommended.
        names: names in `COLD_BASELINES`; None for all.
        seed: seed of the bootstrap intervals.

    Yields:
        One entry per baseline, as soon as it is done; its seconds are those of fitting.

    Raises:
        InputError: if a name is unknown, the texts do not fit, or scikit-learn is missing.
    """
    names = list(COLD_BASELINES) if names is None else names
    unknown = next((name for name in names if name not in COLD_BASELINES), None)
    if unknown is not None:
        raise InputError(f"unknown baseline {unknown!r}: choose from {', '.join(COLD_BASELINES)}.")
    for name in names:
        start = time.perf_counter()
        scorer = COLD_BASELINES[name].from_cold_split(cold_split, texts)
        seconds = time.perf_counter() - start
        reports = evaluate_cold_start(scorer, cold_split, part, keep_seen, seed=seed)
        yield ColdStartEntry(name, reports, seconds, "baseline")
