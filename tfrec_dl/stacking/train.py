"""From a stacked recipe and a table to a finished run: members, baselines, blender."""

import logging
from collections.abc import Sequence
from pathlib import Path

import tensorflow as tf

from tfrec_dl.baselines.fit import fit_baselines
from tfrec_dl.data.source import DataSource
from tfrec_dl.evaluation.measure import measure, measure_cold
from tfrec_dl.files import locked, write_json
from tfrec_dl.recipes.configuration import check_kind
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.build import model_class
from tfrec_dl.retrieval.fit import training_batches
from tfrec_dl.retrieval.run import MEMBERS, Run
from tfrec_dl.retrieval.train import trained_network
from tfrec_dl.stacking.configuration import DeepMember, StackedConfig
from tfrec_dl.stacking.files import save_stack
from tfrec_dl.stacking.fit import fit_stack
from tfrec_dl.stacking.members import Member, Members, RetrievalMember

logger = logging.getLogger(__name__)


def train_stacked(
    recipe: Recipe,
    source: DataSource,
    folder: Path,
    callbacks: Sequence[tf.keras.callbacks.Callback] = (),
    verbose: str | int = "auto",
) -> Run:
    """`train` for a stack: every deep member in a run of its own, below FOLDER/members, then baselines and blender.

    Called again, finished members are not trained anew. The validation metrics are cross-fitted over the users as far
    as the blender goes; the deep members' early stopping has seen the same validation targets.
    """
    config = recipe.model
    assert isinstance(config, StackedConfig)
    check_kind(config, source.items)
    interactions, items, users = source.read(), source.read_items(), source.read_users()
    source.coverage(interactions, items, users)  # refuses features of others before anything is written
    split = source.divide(interactions, items)
    recipes = {name: member_recipe(name, member, recipe) for name, member in config.members.items()}
    for member in recipes.values():
        training_batches(
            model_class(member.model).batches, split, member.training
        )  # refuses what cannot be trained before anything is written

    run = Run.begin(folder, recipe, source, interactions, split.vocabulary, {"items": items, "users": users})
    with locked(folder / "config.json"):
        members: dict[str, Member] = {}
        for name, member in recipes.items():
            logger.info("member %s", name)
            members[name] = RetrievalMember(
                trained_network(member, source.absolute(), folder / MEMBERS / name, callbacks, verbose)
            )
        for name, baseline, _ in fit_baselines(split, config.baselines, logger.info):
            members[name] = baseline.graph()
        stack, crossed = fit_stack(Members(members, split.vocabulary), split.validation, config.blender)
        save_stack(stack, folder)
        figures = measure(stack, split, on_validation=crossed)
        if source.split == "cold-start":
            figures |= measure_cold(stack, source.hold_out(interactions, items), ["test"])
        write_json(folder / "metrics.json", figures)
    return run


def member_recipe(name: str, member: DeepMember, stack: Recipe) -> Recipe:
    """The recipe that a stack's member is trained by."""
    return Recipe(name, f"a member of {stack.name}", member.model, member.training or stack.training)
