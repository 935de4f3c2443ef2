"""Combination of a network with transition counts in one run: decides whether to stack them, and how.

Networks learn what counts cannot represent, and counts capture what networks learn only from many interactions. Trained
separately and combined on validation, they are better than either alone (docs/benchmarks/retrieval.md).
"""

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import tensorflow as tf

from tfrec_dl.families.run import Run
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.runs.run_config import flat_settings
from tfrec_dl.runs.strategies import one_device
from tfrec_dl.stacking.configuration import DeepMember, StackedConfig

logger = logging.getLogger(__name__)

FEWEST_USERS = 500  # with validation targets; a tenth of them are hits, and six parameters are fitted
MOST_SCORES = 2 * 10**10  # validation users times items: a stack is measured at about ten million scores per second
NETWORK = "network"  # name of the member


def as_trained(recipe: Recipe, dataset: Any, folder: Path, strategy: tf.distribute.Strategy | None = None) -> Recipe:
    """Returns the recipe to train: a network with counts or alone; any other recipe is returned unchanged.

    `counts` decides. If it is left open, they are combined unless there is a reason against it, which is logged. If the
    folder already has a run of the recipe in one of the two forms, that form is kept.

    Args:
        recipe: recipe as requested.
        dataset: data of the source.
        folder: folder of the run.
        strategy: strategy to train under; None for one device.
    """
    wanted = recipe.family.counts(recipe)
    if wanted is False:
        return recipe
    if wanted:
        return joined(recipe)
    begun = form_begun(recipe, folder)
    if begun is not None:
        return begun
    reason = _why_alone(recipe, dataset, strategy)
    if reason is not None:
        logger.info("counts: not used with the network, because %s", reason)
        return recipe
    logger.info(
        "counts: transitions are combined with the network, on the validation targets of %s users (counts=false for "
        "the network alone)",
        f"{len(dataset.split.validation):,}",
    )
    return joined(recipe)


def joined(recipe: Recipe) -> Recipe:
    """Returns the stack of a recipe's network and transitions, under the recipe's name."""
    network = DeepMember(replace(recipe.model, counts=False))
    return replace(recipe, model=StackedConfig({NETWORK: network}, baselines=("transitions",)))


def forms(recipe: Recipe) -> Iterator[Recipe]:
    """Yields the recipes that `as_trained` may return for a recipe."""
    wanted = recipe.family.counts(recipe)
    if not wanted:
        yield recipe
    if wanted is not False:
        yield joined(recipe)


def form_begun(recipe: Recipe, folder: Path) -> Recipe | None:
    """Returns the form of a recipe that a folder has a run of; None if it has no run, or one of something else."""
    if not (folder / "config.json").exists():
        return None
    there = flat_settings(Run.open(folder).recipe.to_dict())
    return next((form for form in forms(recipe) if flat_settings(form.to_dict()) == there), None)


def _why_alone(recipe: Recipe, dataset: Any, strategy: tf.distribute.Strategy | None) -> str | None:
    """Returns the reason against combining a network with counts; None if there is none."""
    if strategy not in (None, one_device()):
        return "it is trained on several devices"
    if not dataset.source.in_memory:
        return "the table is a prepared folder"
    if recipe.training.perturbation is not None:
        return "its perturbation is compared with the network alone"
    if recipe.family.knows_items_by(recipe) != "behaviour":
        return "it knows items by their features"
    if dataset.cold_split is not None:
        return "a cold-start split asks for items without interactions"
    if dataset.features["users"] is not None:
        return "users have features, which are not read if counts are used"
    users, items = len(dataset.split.validation), dataset.split.vocabulary.size
    if users * items > MOST_SCORES:
        return (
            f"scores of {users:,} users for {items:,} items would take too long to measure (more than {MOST_SCORES:,})"
        )
    return f"only {users:,} users have validation targets (fewer than {FEWEST_USERS})" if users < FEWEST_USERS else None
