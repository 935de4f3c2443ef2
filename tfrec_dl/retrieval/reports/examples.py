"""Report section with users of the test part, and what is recommended to them and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
from tfrec_dl.data.splits.split import Split
from tfrec_dl.evaluation.ranks import rank_targets
from tfrec_dl.evaluation.reasons import reasons
from tfrec_dl.evaluation.report_blocks import Example, Examples, Section, Suggestion
from tfrec_dl.evaluation.scorer import Scorer, as_scorer

CANDIDATES = 300  # users that examples are searched among
SHOWN = 10  # recommendations, and items of a history
LENGTHS = (5, 60)  # lengths of histories that are informative and quick to read
KINDS = (
    ("the next item is recommended first", 1, 1),
    ("the next item is among the first ten", 2, 10),
    ("the next item is not among the first ten", 11, np.inf),
)


def example_sections(model: Any, split: Split, titles: Mapping[str, str], keep_seen: bool = False) -> list[Section]:
    """Shows three users: a hit at rank one, one among the first ten, and a miss, as far as there are any.

    They are sampled, not selected: each is the first of its kind in a random order, with the same seed each time.

    Args:
        model: model that recommends.
        split: data of the model.
        titles: item id -> title.
        keep_seen: whether items in the history can be recommended.
    """
    scorer = as_scorer(model)
    lengths = split.test.histories.lengths
    order = np.random.default_rng(0).permutation(len(lengths))
    apt = (lengths[order] >= LENGTHS[0]) & (lengths[order] <= LENGTHS[1])
    rows = np.concatenate([order[apt], order[~apt]])[:CANDIDATES]
    cases = EvaluationCases(split.test.histories.select(rows), split.test.targets.select(rows))
    rankings = rank_targets(scorer, cases, split.vocabulary, keep_seen, SHOWN)
    best, found = rankings.best_ranks(), []
    for kind, low, high in KINDS:
        rows = np.flatnonzero((best >= low) & (best <= high))
        if len(rows):
            found.append(_example(scorer, cases, int(rows[0]), rankings.lists[rows[0]], kind, split, titles))
    text = (
        'Sampled, not chosen: for each kind, the first user in a random order. "because of" names the items of the '
        "history without which the score would fall the most."
    )
    return [Section("Examples", [Examples(found)], [text])] if found else []


def _example(
    scorer: Scorer,
    cases: EvaluationCases,
    row: int,
    items: np.ndarray,
    kind: str,
    split: Split,
    titles: Mapping[str, str],
) -> Example:
    def named(indices: Sequence[int] | np.ndarray) -> list[str]:
        ids = split.vocabulary.decode(np.asarray(indices, dtype=np.int64))
        return [titles.get(each) or each or "an item that the model does not know" for each in ids]

    history = cases.histories.select(np.array([row]))
    past, targets = history.row(0), set(cases.targets.row(row).tolist())
    items = items[items > 0]
    because = reasons(scorer, history, items)
    suggestions = [
        Suggestion(name, named(why), int(item) in targets)
        for name, why, item in zip(named(items), because, items, strict=True)
    ]
    latest = past[::-1][:SHOWN]
    return Example(kind, named(latest), len(past) - len(latest), named(sorted(targets)), suggestions)
