"""Advice on a table of interactions: which recipe to train, why, and what it costs."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from os import PathLike
from typing import Any

from tfrec_dl.advice.cost import Cost, cost_of
from tfrec_dl.advice.landmarks import Landmarks, landmarks_of
from tfrec_dl.advice.machine import Machine, this_machine
from tfrec_dl.advice.profile import Profile, profile_of
from tfrec_dl.advice.rules import REPEATED, Choice, Reason, decide
from tfrec_dl.arguments import require_type
from tfrec_dl.data.interaction_dataset import InteractionDataset
from tfrec_dl.data.source import DataSource
from tfrec_dl.data.source_given import source_given
from tfrec_dl.families.item_features import settings_for_features
from tfrec_dl.recipes.named import get_recipe
from tfrec_dl.recipes.recipe import Recipe

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Advised:
    """An advised recipe.

    Attributes:
        recipe: the recipe with its settings.
        settings: the settings that differ from the recipe's defaults.
        cost: cost of the network that it trains; None if it trains more than one.
    """

    recipe: Recipe
    settings: Mapping[str, Any]
    cost: Cost | None


@dataclass(frozen=True)
class Advice:
    """What to train on a table, and why.

    Attributes:
        profile: profile of the table.
        landmarks: landmarks measured on a sample; None if the sample has no user to rank for.
        machine: the machine that the advice was made on.
        worth_a_network: whether a network can be expected to be better than a count-based baseline.
        advised: advised recipes, the best guess first.
        reasons: reasons for them.
    """

    profile: Profile
    landmarks: Landmarks | None
    machine: Machine
    worth_a_network: bool
    advised: tuple[Advised, ...]
    reasons: tuple[Reason, ...]

    def __str__(self) -> str:
        """Returns what to train and why, as lines of text."""
        lines = [" ".join([each.recipe.name, *(f"{k}={v}" for k, v in each.settings.items())]) for each in self.advised]
        if not self.worth_a_network:
            lines[0] += " (no network is worth it here)"
        return "\n".join([f"advised: {'; or '.join(lines)}", *(f"- {reason.text}" for reason in self.reasons)])

    def to_dict(self) -> dict[str, Any]:
        """Returns the advice as plain values, for JSON."""
        plain = asdict(self)
        for advised, mine in zip(plain["advised"], self.advised, strict=True):
            advised["recipe"] = mine.recipe.name
        for counts in ("history_lengths", "item_counts"):
            plain["profile"][counts] = {str(key): value for key, value in plain["profile"][counts].items()}
        return plain


def advise(source: DataSource | str | PathLike[str], keep_seen: bool | None = None, with_cost: bool = True) -> Advice:
    """Advises which recipe to train, from the table alone; trains only a few steps, to time them.

    Args:
        source: the table with its split and features, or its path, as for `train`.
        keep_seen: whether items of the history can be recommended; None lets the data decide.
        with_cost: whether to measure the cost of the first recipe on this machine.

    Raises:
        InputError: as for `DataSource.read`, or if the source is not a table of interactions.
    """
    table: Any = source_given(source)
    require_type(table, DataSource, "the source", "advice needs a table, so give its path or a tfrec_dl.DataSource")
    return advise_on(table.read(), keep_seen, with_cost)


def advise_on(dataset: InteractionDataset, keep_seen: bool | None = None, with_cost: bool = True) -> Advice:
    """Advises as `advise` does, on data already read."""
    logger.info("profiling the table")
    profile = profile_of(dataset)
    keep = profile.repeated_targets >= REPEATED if keep_seen is None else keep_seen
    logger.info("measuring count-based baselines on a sample")
    landmarks = landmarks_of(dataset.split, keep)
    decision = decide(profile, landmarks, keep)
    advised = tuple(_advised(choice, dataset, with_cost and not place) for place, choice in enumerate(decision.choices))
    return Advice(profile, landmarks, this_machine(), decision.worth_a_network, advised, decision.reasons)


def _advised(choice: Choice, dataset: InteractionDataset, with_cost: bool) -> Advised:
    recipe = get_recipe(choice.recipe)
    settings = {**choice.settings, **settings_for_features(recipe, dataset.features["items"])}
    recipe = recipe.with_settings(settings)
    if with_cost:
        logger.info("timing a few steps of %s", recipe.name)
    return Advised(recipe, settings, cost_of(recipe, dataset) if with_cost else None)
