"""Trains a network once more, on the validation part too, with the settings and the epochs that validation chose."""

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
    """Trains a recipe into FOLDER/chosen, and then once more into the folder; see `Family.train`.

    The validation metrics are those of the first training, the test metrics those of the second; "test_gain/..." is
    what the validation part added.

    Returns:
        The finished run. In a worker that does not write it, the run as it is when that worker has done its part.
    """
    strategy = one_device() if strategy is None else strategy
    checked_batches(recipe, dataset)
    if is_chief(strategy):  # the folder of a run before there is another run in it
        Run.begin(folder, recipe, dataset)
    chosen = folder / CHOSEN
    logger.info("on the training part, to choose on validation")
    if not (chosen / "metrics.json").exists():
        train_network(without_refit(recipe), dataset, chosen, callbacks, verbose, strategy)
    wait_until_finished(chosen)  # the chief measures while other workers are here
    logger.info("once more, on training and validation part")
    return train_in_one_go(recipe, dataset.with_validation(), folder, callbacks, verbose, strategy, chosen=chosen)


def check_refit(recipe: Recipe, source: Source) -> None:
    """Raises InputError where a recipe cannot be trained once more on a source, in any case before it is read."""
    training = recipe.training
    if not training.refit:
        return
    others = {"perturbation": training.perturbation, "warm_start": training.warm_start}
    for name, value in others.items():
        if value is not None:
            raise InputError(
                f"training.refit trains a network anew, and training.{name} goes on from one: leave one of them out."
            )
    if not source.in_memory:
        raise InputError(
            f"training.refit needs the table in memory, and {source.path} is a prepared folder: give the table itself, "
            "or leave refit out."
        )
