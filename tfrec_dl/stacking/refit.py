"""Second training of a stack's members that includes the validation part, with the blender unchanged."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf

from tfrec_dl.baselines.fit import fit_baselines
from tfrec_dl.evaluation.measure import measure_cold, measure_gain, measure_test
from tfrec_dl.families.run import Run
from tfrec_dl.families.second_stage import CHOSEN, validated_metrics, without_refit
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.network_run import save_vocabulary, trained_model
from tfrec_dl.retrieval.train import train_in_one_go
from tfrec_dl.runs.fingerprints import finish_run
from tfrec_dl.runs.strategies import one_device
from tfrec_dl.stacking.files import MEMBERS, save_stack
from tfrec_dl.stacking.members import Member, Members, RetrievalMember
from tfrec_dl.stacking.model import StackedModel
from tfrec_dl.stacking.stack_run import trained_stack
from tfrec_dl.stacking.train import member_recipe, train_stacked

logger = logging.getLogger(__name__)


def refit_stacked(
    recipe: Recipe,
    dataset: Any,
    folder: Path,
    callbacks: Sequence[tf.keras.callbacks.Callback] = (),
    verbose: str | int = "auto",
) -> Run:
    """Trains a stack into FOLDER/chosen, and then its members again into the folder; see `refit_network`.

    Baselines keep the settings chosen on validation.
    """
    run = Run.begin(folder, recipe, dataset)
    config, keep_seen, chosen = recipe.model, recipe.training.keep_seen, folder / CHOSEN
    logger.info("on the training part, to choose on validation")
    if not (chosen / "metrics.json").exists():
        train_stacked(without_refit(recipe), dataset, chosen, callbacks, verbose)
    before = trained_stack(Run.open(chosen))

    logger.info("once more, on training and validation part")
    larger = dataset.with_validation()
    save_vocabulary(run, larger)
    members: dict[str, Member] = {}
    for name, member in config.members.items():
        logger.info("member %s", name)
        again, own = member_recipe(name, member, recipe), folder / MEMBERS / name
        if not (own / "metrics.json").exists():
            train_in_one_go(again, larger, own, callbacks, verbose, one_device(), chosen=chosen / MEMBERS / name)
        members[name] = RetrievalMember(trained_model(again, Run.open(own)))
    for name, baseline, _ in fit_baselines(dataset.split, config.baselines, logger.info, keep_seen):
        members[name] = baseline.refitted(larger.split).graph()
    stack = StackedModel(Members(members, larger.split.vocabulary), before.blender)
    save_stack(stack, folder)

    metrics = validated_metrics(chosen) | measure_test(stack, larger.split, keep_seen)
    metrics |= measure_gain(stack, before, larger.split, keep_seen)
    if larger.cold_split is not None:
        metrics |= measure_cold(stack, larger.cold_split, ["test"], keep_seen)
    finish_run(folder, metrics)
    return run
