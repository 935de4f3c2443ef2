"""A network and counts of transitions, joined in one run: whether, and as which stack.

Networks learn what counts cannot, and counts what networks learn only from many interactions; trained apart and joined
on validation they are better than either (docs/benchmarks/retrieval.md).
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

FEWEST_USERS = 500  # with validation targets; a tenth of them are hits, and six numbers are fitted
MOST_SCORES = 2 * 10**10  # users to validate on times items: a stack is measured at some ten million scores a second
NETWORK = "network"  # the member's name


def as_trained(recipe: Recipe, dataset: Any, folder: Path, strategy: tf.distribute.Strategy | None = None) -> Recipe:
    """The recipe that is trained: a network with counts beside it, or alone; what is no network, as it is.

    `counts` decides; where that is left open, they are joined unless something speaks against it, which is logged. A
    folder that has a run of the recipe in one of the two forms keeps it.

    Args:
        recipe: as asked for.
        dataset: of the source.
        folder: of the run.
        strategy: to train under; None for one device.
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
        logger.info("counts: none beside the network, because %s", reason)
        return recipe
    logger.info(
        "counts: transitions beside the network, joined on the validation targets of %s users (counts=false for the "
        "network alone)",
        f"{len(dataset.split.validation):,}",
    )
    return joined(recipe)


def joined(recipe: Recipe) -> Recipe:
    """The stack of a recipe's network and transitions, under the recipe's name."""
    network = DeepMember(replace(recipe.model, counts=False))
    return replace(recipe, model=StackedConfig({NETWORK: network}, baselines=("transitions",)))


def forms(recipe: Recipe) -> Iterator[Recipe]:
    """What `as_trained` may make of a recipe."""
    wanted = recipe.family.counts(recipe)
    if not wanted:
        yield recipe
    if wanted is not False:
        yield joined(recipe)


def form_begun(recipe: Recipe, folder: Path) -> Recipe | None:
    """That form of a recipe which a folder has a run of; None where it has none, or one of something else."""
    if not (folder / "config.json").exists():
        return None
    there = flat_settings(Run.open(folder).recipe.to_dict())
    return next((form for form in forms(recipe) if flat_settings(form.to_dict()) == there), None)


def _why_alone(recipe: Recipe, dataset: Any, strategy: tf.distribute.Strategy | None) -> str | None:
    """What speaks against counts beside a network; None for nothing."""
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
        return "users have features, which are not read where counts are"
    users, items = len(dataset.split.validation), dataset.split.vocabulary.size
    if users * items > MOST_SCORES:
        return f"scores of {users:,} users for {items:,} items would take long to measure (beyond {MOST_SCORES:,})"
    return f"only {users:,} users have validation targets (of {FEWEST_USERS})" if users < FEWEST_USERS else None
