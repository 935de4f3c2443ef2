"""Training of a stack into a run: members, baselines and blender."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import tensorflow as tf

from tfrec_dl.baselines.fit import fit_baselines
from tfrec_dl.evaluation.measure import measure, measure_cold
from tfrec_dl.families.run import Run
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.fit import training_batches
from tfrec_dl.retrieval.network_run import save_vocabulary
from tfrec_dl.retrieval.train import require_targets, trained_network
from tfrec_dl.runs.fingerprints import finish_run
from tfrec_dl.stacking.configuration import DeepMember
from tfrec_dl.stacking.files import MEMBERS, save_stack
from tfrec_dl.stacking.fit import fit_stack
from tfrec_dl.stacking.members import Member, Members, RetrievalMember

logger = logging.getLogger(__name__)


def train_stacked(
    recipe: Recipe,
    dataset: Any,
    folder: Path,
    callbacks: Sequence[tf.keras.callbacks.Callback] = (),
    verbose: str | int = "auto",
) -> Run:
    """Trains each deep member in a run of its own in FOLDER/members, then fits baselines and blender.

    If the call is repeated, finished members are not retrained. The validation metrics are cross-fitted over users with
    respect to the blender; the deep members' early stopping has seen the same validation targets.
    """
    config, split = recipe.model, dataset.split
    keep_seen = recipe.training.keep_seen
    require_targets(split, keep_seen)
    recipes = {name: member_recipe(name, member, recipe) for name, member in config.members.items()}
    for member in recipes.values():
        # Rejects what cannot be trained before anything is written.
        training_batches(member.family.model_class.batches, split, member.training)

    run = Run.begin(folder, recipe, dataset)
    save_vocabulary(run, dataset)
    members: dict[str, Member] = {}
    for name, member in recipes.items():
        logger.info("member %s", name)
        network = trained_network(member, dataset, folder / MEMBERS / name, callbacks, verbose)
        members[name] = RetrievalMember(network)
    for name, baseline, _ in fit_baselines(split, config.baselines, logger.info, keep_seen):
        members[name] = baseline.graph()
    stack, crossed = fit_stack(Members(members, split.vocabulary), split.validation, config.blender, keep_seen)
    save_stack(stack, folder)
    metrics = measure(stack, split, on_validation=crossed, keep_seen=keep_seen)
    if dataset.cold_split is not None:
        metrics |= measure_cold(stack, dataset.cold_split, ["test"], keep_seen)
    finish_run(folder, metrics)
    return run


def member_recipe(name: str, member: DeepMember, stack: Recipe) -> Recipe:
    """Returns the recipe that trains a stack's member."""
    whole = stack.training
    training = replace(member.training or whole, keep_seen=whole.keep_seen, refit=whole.refit)
    if training.warm_start is not None:
        own = Path(training.warm_start) / MEMBERS / name  # names a member of a stack, or the run of a single network
        training = replace(training, warm_start=str(own if own.exists() else training.warm_start))
    return Recipe(name, f"a member of {stack.name}", member.model, training)
