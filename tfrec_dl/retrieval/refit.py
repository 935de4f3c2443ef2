"""Trains a network again on the training and validation parts, with the settings and epochs chosen on validation."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf

from tfrec_dl.data.dataset import Source
from tfrec_dl.errors import InputError
from tfrec_dl.families.run import Run
from tfrec_dl.families.second_stage import CHOSEN, without_refit
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.train import checked_batches, train_in_one_go, train_network
from tfrec_dl.runs.server_task import wait_until_finished
from tfrec_dl.runs.strategies import is_chief, one_device

logger = logging.getLogger(__name__)


def refit_network(
    recipe: Recipe,
    dataset: Any,
    folder: Path,
    callbacks: Sequence[tf.keras.callbacks.Callback] = (),
    verbose: str | int = "auto",
    strategy: tf.distribute.Strategy | None = None,
) -> Run:
    """Trains a recipe into FOLDER/chosen, and then again into the folder; see `Family.train`.

    The validation metrics are those of the first training, the test metrics those of the second; "test_gain/..." is the
    gain from the validation part.

    Returns:
        The finished run. In a worker that does not write it, the run in its state when that worker has done its part.
    """
    strategy = one_device() if strategy is None else strategy
    checked_batches(recipe, dataset)
    if is_chief(strategy):  # the outer run's folder comes first, because the other run is inside it
        Run.begin(folder, recipe, dataset)
    chosen = folder / CHOSEN
    logger.info("on the training part, to choose on validation")
    if not (chosen / "metrics.json").exists():
        train_network(without_refit(recipe), dataset, chosen, callbacks, verbose, strategy)
    wait_until_finished(chosen)  # the chief evaluates while other workers wait here
    logger.info("once more, on training and validation part")
    return train_in_one_go(recipe, dataset.with_validation(), folder, callbacks, verbose, strategy, chosen=chosen)


def check_refit(recipe: Recipe, source: Source) -> None:
    """Raises InputError if a recipe cannot be trained again on a source, before the source is read."""
    training = recipe.training
    if not training.refit:
        return
    others = {"perturbation": training.perturbation, "warm_start": training.warm_start}
    for name, value in others.items():
        if value is not None:
            raise InputError(
                f"training.refit trains a network from scratch, and training.{name} continues from an existing one: "
                "leave one of the two out."
            )
    if not source.in_memory:
        raise InputError(
            f"training.refit needs the table in memory, and {source.path} is a prepared folder: give the table itself, "
            "or leave refit out."
        )
