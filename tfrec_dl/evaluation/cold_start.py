"""Evaluation on warm items (seen in training), on cold items (without interactions), and on all items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from tfrec_dl.data.histories import Histories
from tfrec_dl.data.splits.cold_start import ColdStartSplit
from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.evaluate import Report, evaluate
from tfrec_dl.evaluation.leaderboard import Entry, leaderboard
from tfrec_dl.evaluation.scorer import as_scorer
from tfrec_dl.metrics.metric import Metric

Kind = Literal["cold", "warm", "all"]
KINDS: tuple[Kind, ...] = ("cold", "warm", "all")
Part = Literal["validation", "test"]


@dataclass(frozen=True, eq=False)
class ColdStartEntry:
    """One line of a cold-start leaderboard.

    Attributes:
        name: name of the model.
        reports: the result of `evaluate_cold_start`.
        seconds: training time in seconds; None if unknown.
        family: "deep" or "baseline".
    """

    name: str
    reports: Mapping[Kind, Report]
    seconds: float | None = None
    family: str = "deep"


def evaluate_cold_start(
    scorer_or_model: Any,
    cold_split: ColdStartSplit,
    part: Part = "test",
    keep_seen: bool = False,
    metrics: Sequence[Metric | str] | None = None,
    seed: int = 0,
    block_size: int | None = None,
) -> dict[Kind, Report]:
    """Evaluates a model three times on the cases of one part: on cold items, on warm items and on all.

    | report | cases | items that can be recommended |
    |---|---|---|
    | "cold" | those with a cold target | the cold items of this part |
    | "warm" | those of leave-last-out | the items with training interactions |
    | "all" | both of these | every item of the vocabulary |

    A user may have a case of each kind. In "all" these are two rows, which intervals treat as two users.

    Args:
        scorer_or_model: a `RetrievalModel` or a `Scorer`, trained on `cold_split.split.train`.
        cold_split: the result of `hold_out_items`.
        part: "validation", to choose settings, or "test".
        keep_seen: False masks the items of the history; True lets them be recommended.
        metrics: metrics to compute, as for `evaluate`.
        seed: seed of the bootstrap intervals.
        block_size: users scored at once; None chooses by the size of the catalogue.

    Returns:
        Reports for "cold", "warm" and "all".

    Raises:
        InputError: if the part is unknown or there are no metrics.
    """
    if part == "validation":
        cold, cold_items, warm = cold_split.cold_validation, cold_split.validation_items, cold_split.split.validation
    elif part == "test":
        cold, cold_items, warm = cold_split.cold_test, cold_split.test_items, cold_split.split.test
    else:
        raise InputError(f"part is {part!r}: use 'validation' or 'test'.")
    asked: dict[Kind, tuple[EvaluationCases, np.ndarray | None]] = {
        "cold": (cold, cold_items),
        "warm": (warm, cold_split.warm_items),
        "all": (EvaluationCases(_both(warm.histories, cold.histories), _both(warm.targets, cold.targets)), None),
    }
    scorer = as_scorer(scorer_or_model)  # once, because it computes a model's item vectors
    return {
        kind: evaluate(
            scorer, cases, cold_split.vocabulary, keep_seen, metrics, seed, block_size, candidates=candidates
        )
        for kind, (cases, candidates) in asked.items()
    }


def cold_start_leaderboard(
    entries: Sequence[ColdStartEntry], metric: str = "ndcg@10", order_by: Kind = "cold"
) -> pd.DataFrame:
    """Sorts entries by one metric, best first.

    Args:
        entries: entries evaluated on the same split and part.
        metric: a per-user metric.
        order_by: kind of cases whose metric decides the order.

    Returns:
        One row per entry: `model`, `family`; the metric of each kind ("cold", "warm", "all", that of `order_by` first)
        with its interval ("cold/low", "cold/high"); the `difference` from the best in `order_by`, with
        `difference/low`, `difference/high`, `p` and `stars`; `seconds`, NaN if unknown; `metric`, its name. For
        `rich_table`, `markdown` and `save_leaderboard`, name the other two kinds, for example `beside=("warm", "all")`.

    Raises:
        InputError: if there are no entries, two have the same name, the metric or the kind is unknown, or reports
            cover different users.
    """
    if order_by not in KINDS:
        raise InputError(f"order_by is {order_by!r}: use one of {', '.join(KINDS)}.")
    names = [entry.name for entry in entries]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"two models are named {twice!r}: give each its own name.")
    boards = {
        kind: leaderboard(
            [Entry(entry.name, entry.reports[kind], entry.seconds, entry.family) for entry in entries], metric
        )
        for kind in KINDS
    }
    first = boards[order_by]
    table = first[["model", "family"]].copy()
    for kind in (order_by, *(kind for kind in KINDS if kind != order_by)):
        board = boards[kind].set_index("model").loc[table["model"]]
        for suffix in ("", "/low", "/high"):
            table[f"{kind}{suffix}"] = board[f"{metric}{suffix}"].to_numpy()
    for column in ("difference", "difference/low", "difference/high", "p", "stars", "seconds"):
        table[column] = first[column]
    table["metric"] = metric
    return table


def _both(one: Histories, other: Histories) -> Histories:
    """Concatenates the rows of two histories, without weights."""
    both = Histories(
        np.concatenate([one.items, other.items]),
        np.concatenate([one.offsets, one.offsets[-1] + other.offsets[1:]]),
        np.concatenate([one.user_ids, other.user_ids]),
    )
    return both.numbered_by(one.vocabulary if one.vocabulary is other.vocabulary else None)
