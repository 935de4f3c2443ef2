"""Training of a recipe of any family on the data of a source."""

import logging
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import tensorflow as tf

from tfrec_dl.arguments import path_given
from tfrec_dl.data.dataset import Source
from tfrec_dl.data.source_given import Given, source_given
from tfrec_dl.disk import disk_explained
from tfrec_dl.families.run import Run
from tfrec_dl.families.training_profile import write_profile
from tfrec_dl.files import locked
from tfrec_dl.lifecycle.recipe_for import recipe_for
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.runs.callbacks import check_callbacks
from tfrec_dl.runs.run_config import refuse_other_files
from tfrec_dl.runs.strategies import is_chief, make_strategy
from tfrec_dl.stacking.counts import as_trained, forms

logger = logging.getLogger(__name__)


def train(
    recipe: Recipe | str,
    source: Given,
    folder: Path | str,
    callbacks: Sequence[tf.keras.callbacks.Callback] = (),
    verbose: str | int = "auto",
    strategy: tf.distribute.Strategy | str | None = None,
) -> Run:
    """Trains a recipe into a folder; after being killed, the same call continues from the last finished epoch.

    Args:
        recipe: what to train, and how. A name stands for the recipe with default settings, as a hybrid if the source
            has item features.
        source: the table with its columns and split: a `DataSource`, a `PreparedSource`, or for rankers a
            `RankingSource`. A path stands for the `DataSource` of that table, or for a folder written by `prepare`.
        folder: folder of the run: new, or from the same call. A finished run is returned unchanged.
        callbacks: further Keras callbacks; validation metrics are in their logs. Callbacks that set the learning rate,
            which follows a schedule, or save whole models are rejected.
        verbose: as in `model.fit`.
        strategy: devices to train on: the result of `make_strategy`, or its name; None for one device. The batch size
            is that of all devices together. A run can continue with another strategy.

    Returns:
        The finished run. A worker that does not write the run returns its state when that worker's part is done.

    Raises:
        InputError: for invalid data, data of another task, or a folder that holds something else or that another
            process trains into; raised before anything is written.
    """
    check_callbacks(callbacks)
    source = source_given(source)
    recipe, folder = recipe_for(recipe, source), path_given(folder, "folder")
    strategy = make_strategy(strategy) if isinstance(strategy, str) else strategy  # type: ignore[arg-type]
    check(recipe, source, strategy)
    return train_on(recipe, source.read(), folder, callbacks, verbose, strategy)


def check(recipe: Recipe, source: Source, strategy: tf.distribute.Strategy | None = None) -> None:
    """Rejects a recipe and source, in any form, that cannot be trained, before anything is read; see `Family.check`."""
    form = next(forms(recipe))
    form.family.task.refuse_other(source)
    form.family.check(form, source, strategy)


def train_on(
    recipe: Recipe,
    dataset: Any,
    folder: Path | str,
    callbacks: Sequence[tf.keras.callbacks.Callback] = (),
    verbose: str | int = "auto",
    strategy: tf.distribute.Strategy | None = None,
) -> Run:
    """Trains like `train`, on data that has already been read with `source.read()`.

    Raises:
        InputError: as in `train`.
    """
    check_callbacks(callbacks)
    check(recipe, dataset.source, strategy)
    folder = Path(folder)
    refuse_other_files(folder)  # no lock is written into an unrelated folder
    recipe = as_trained(recipe, dataset, folder, strategy)
    recipe.family.check(recipe, dataset.source, strategy)  # a run that has counts does not continue on several devices
    # From here on no other process writes to the folder, so what is found there stays. Only the chief of several
    # workers writes.
    with locked(folder) if is_chief(strategy) else nullcontext(), disk_explained(folder):
        if is_chief(strategy) and (folder / "config.json").exists():
            Run.begin(folder, recipe, dataset)  # rejects a run of anything else before a model is built
        if is_chief(strategy) and (folder / "metrics.json").exists():
            logger.info("%s is already finished: nothing is trained", folder)
        else:
            recipe.family.train(recipe, dataset, folder, callbacks, verbose, strategy)
            if is_chief(strategy):
                write_profile(folder, dataset)
    return Run(folder, recipe, dataset.source.absolute())
