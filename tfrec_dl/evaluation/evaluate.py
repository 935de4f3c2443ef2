"""Evaluates a model on held-out cases: metrics per user, their means and confidence intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tfrec_dl.arguments import require_type
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.intervals import bootstrap_intervals
from tfrec_dl.evaluation.ranks import rank_targets
from tfrec_dl.evaluation.scorer import as_scorer
from tfrec_dl.metrics.metric import Metric, as_metric, default_metrics
from tfrec_dl.notebooks import shown

if TYPE_CHECKING:
    from tfrec_dl.data.splits.evaluation_cases import EvaluationCases


@dataclass(frozen=True, eq=False)
class Report:
    """The metrics of an evaluation, per user.

    Attributes:
        values: metric name -> [H] float64, one value per user.
        totals: metric name -> one number for all users together, without an interval (catalogue coverage).
        user_ids: [H] object.
        targets: number of targets, including misses.
        keep_seen: whether items in the history could be recommended.
        seed: seed of the bootstrap.
        recommended: [vocabulary.size] int64, number of users that each item is recommended to, in lists as long as the
            metrics need; None if no metric needs lists.
    """

    values: Mapping[str, np.ndarray]
    totals: Mapping[str, float]
    user_ids: np.ndarray
    targets: int
    keep_seen: bool = False
    seed: int = 0
    recommended: np.ndarray | None = None

    def __len__(self) -> int:
        """Number of users."""
        return len(self.user_ids)

    def __repr__(self) -> str:
        """Shows the means on one line."""
        means = ", ".join(f"{key} {value:.4f}" for key, value in self.means().items())
        return f"Report({len(self):,} users: {means})"

    def _repr_html_(self) -> str:
        """Shows every metric with its interval, in a notebook."""
        summary = self.summary()
        rows = [(key, summary[key], summary.get(f"{key}/low"), summary.get(f"{key}/high")) for key in self.means()]
        table = pd.DataFrame(rows, columns=["metric", "mean", "low", "high"])
        return shown(f"Report: {len(self):,} users, 95 % intervals over users", table)

    def per_user(self, metric: str) -> np.ndarray:
        """Returns the values of one metric, [H] float64.

        Raises:
            InputError: if the report has no such metric per user.
        """
        if metric not in self.values:
            raise InputError(f"the report has no per-user metric {metric!r}: it has {', '.join(self.values)}.")
        return self.values[metric]

    def means(self) -> dict[str, float]:
        """Returns metric name -> mean over users (or the total), without intervals."""
        return {**{name: float(values.mean()) for name, values in self.values.items()}, **self.totals}

    def summary(self) -> dict[str, float]:
        """Returns flat metrics: "ndcg@10" -> mean, "ndcg@10/low" and "ndcg@10/high" -> 95 % interval over users."""
        low, high = bootstrap_intervals(np.stack(list(self.values.values()), axis=1), seed=self.seed)
        flat: dict[str, float] = {}
        for column, (name, values) in enumerate(self.values.items()):
            flat |= {name: float(values.mean()), f"{name}/low": float(low[column]), f"{name}/high": float(high[column])}
        return {**flat, **self.totals}


def evaluate(
    scorer_or_model: Any,
    cases: EvaluationCases,
    vocabulary: Vocabulary,
    keep_seen: bool = False,
    metrics: Sequence[Metric | str] | str | None = None,
    seed: int = 0,
    block_size: int | None = None,
    progress: Callable[[int, int], None] | None = None,
    candidates: np.ndarray | None = None,
) -> Report:
    """Ranks every target among the whole catalogue, or part of it, and computes metrics per user.

    Args:
        scorer_or_model: a `RetrievalModel`, or anything with `scores(histories)`.
        cases: histories and targets, row by row.
        vocabulary: vocabulary that the cases are encoded with.
        keep_seen: False masks the items of the history; True lets them be recommended.
        metrics: metrics to compute, as metrics or keys, or a single key such as "ndcg@10"; None for the defaults of
            every registered metric. Lists are only made if a metric needs them.
        seed: seed of the bootstrap intervals.
        block_size: users scored at once; None chooses by the size of the catalogue.
        progress: called with (users done, users in total) after each block.
        candidates: [vocabulary.size] bool, the items that can be recommended; a target that is not among them is a
            miss. None for every item.

    Raises:
        InputError: if an argument has the wrong type, cases or candidates are empty or do not fit the vocabulary, there
            are no metrics, or no metric has a given key.
    """
    from tfrec_dl.data.splits.evaluation_cases import EvaluationCases  # not needed to fit a model

    require_type(cases, EvaluationCases, "cases", "give those of a split, split.test")
    require_type(vocabulary, Vocabulary, "vocabulary", "give that of a split, split.vocabulary")
    named = [metrics] if isinstance(metrics, str) else metrics
    asked = default_metrics() if named is None else [as_metric(metric) for metric in named]
    if not asked:
        raise InputError('no metrics to compute: pass at least one, for example "ndcg@10".')
    top_k = max(metric.list_length for metric in asked)
    scorer = as_scorer(scorer_or_model)
    rankings = rank_targets(scorer, cases, vocabulary, keep_seen, top_k, block_size, progress, candidates)
    return Report(
        values={metric.key: metric.values(rankings) for metric in asked if metric.per_user},
        totals={metric.key: metric.total(rankings) for metric in asked if not metric.per_user},
        user_ids=rankings.user_ids,
        targets=len(rankings.ranks),
        keep_seen=keep_seen,
        seed=seed,
        recommended=np.bincount(rankings.lists.ravel(), minlength=vocabulary.size) if top_k else None,
    )


def mean_report(reports: Sequence[Report]) -> Report:
    """Averages the per-user values of repeated runs (seeds) on the same cases; its intervals are over users.

    Raises:
        InputError: if there are no reports, or they cover different users or metrics.
    """
    if not reports:
        raise InputError("no reports to average: pass at least one.")
    first = reports[0]
    for report in reports[1:]:
        if not np.array_equal(report.user_ids, first.user_ids):
            raise InputError(
                f"reports over different users ({len(first)} and {len(report)}): evaluate on the same cases."
            )
        if (report.values.keys(), report.totals.keys()) != (first.values.keys(), first.totals.keys()):
            raise InputError(f"reports of different metrics: {', '.join(first.values)} and {', '.join(report.values)}.")
        if report.keep_seen != first.keep_seen:
            raise InputError("one report keeps seen items and another masks them: evaluate all in the same way.")
    return Report(
        values={name: np.mean([report.values[name] for report in reports], axis=0) for name in first.values},
        totals={name: float(np.mean([report.totals[name] for report in reports])) for name in first.totals},
        user_ids=first.user_ids,
        targets=first.targets,
        keep_seen=first.keep_seen,
        seed=first.seed,
    )
