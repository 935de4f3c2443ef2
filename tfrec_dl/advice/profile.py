"""Profile of a table of interactions: sizes, history lengths, repeats, ties in time, and features."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tfrec_dl.data.interaction_dataset import InteractionDataset
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
from tfrec_dl.data.vocabulary import FIRST_ITEM

QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9, 0.99)


@dataclass(frozen=True)
class Profile:
    """Numbers that describe a table of interactions; shares are from 0 to 1.

    Attributes:
        users: number of users with interactions.
        items: number of items with interactions.
        interactions: number of rows.
        item_interactions: average number of training interactions per item.
        history_lengths: maps quantiles to interactions per user, counted in the whole table.
        item_counts: maps quantiles to interactions per item, counted in the whole table.
        repeats: share of interactions with an item that the user had before.
        ties: share of interactions at the same time as the user's previous one; None without times.
        validation_users: number of users that models are validated on.
        validation_share: share of the interactions before the test that are held out for validation, not trained on.
        repeated_targets: share of validation targets that are in the history; they are misses unless seen items are
            recommended.
        unknown_targets: share of validation targets without a training interaction.
        item_features: maps names to kinds; empty if items are known only by their ids.
        user_features: maps names to kinds.
    """

    users: int
    items: int
    interactions: int
    item_interactions: float
    history_lengths: Mapping[float, float]
    item_counts: Mapping[float, float]
    repeats: float
    ties: float | None
    validation_users: int
    validation_share: float
    repeated_targets: float
    unknown_targets: float
    item_features: Mapping[str, str]
    user_features: Mapping[str, str]


def profile_of(dataset: InteractionDataset) -> Profile:
    """Profiles a table that has been read and split."""
    interactions, split = dataset.interactions, dataset.split
    lengths, counts = np.bincount(interactions.users), np.bincount(interactions.items)
    validated = len(split.validation.targets.items)
    trained = split.vocabulary.counts[split.vocabulary.counts > 0]
    return Profile(
        users=len(interactions.user_ids),
        items=len(interactions.item_ids),
        interactions=len(interactions),
        item_interactions=float(trained.mean()),
        history_lengths=_quantiles(lengths),
        item_counts=_quantiles(counts),
        repeats=_repeats(interactions),
        ties=_ties(interactions),
        validation_users=len(split.validation),
        validation_share=validated / (validated + len(split.train.items)),
        repeated_targets=float(split.validation.seen_targets().mean()),
        unknown_targets=_unknown(split.validation, split.vocabulary.item_counts),
        item_features=_kinds(dataset.features["items"]),
        user_features=_kinds(dataset.features["users"]),
    )


def _quantiles(values: np.ndarray) -> dict[float, float]:
    return dict(zip(QUANTILES, np.quantile(values, QUANTILES).tolist(), strict=True))


def _repeats(interactions: Interactions) -> float:
    pairs = interactions.users.astype(np.int64) * len(interactions.item_ids) + interactions.items
    return 1 - len(np.unique(pairs)) / len(pairs)


def _ties(interactions: Interactions) -> float | None:
    if interactions.times is None:
        return None
    order = interactions.order
    users, times = interactions.users[order], interactions.times[order]
    return float(((users[1:] == users[:-1]) & (times[1:] == times[:-1])).sum() / len(users))


def _unknown(cases: EvaluationCases, item_counts: np.ndarray) -> float:
    targets = cases.targets.items
    return float(((targets < FIRST_ITEM) | (item_counts[targets] == 0)).mean())


def _kinds(features: Any) -> dict[str, str]:
    return {} if features is None else dict(features.kinds)
