"""Trains a recipe on the data of a source, whatever the family of the recipe."""

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
    """Trains a recipe into a folder; killed at any moment and called again, goes on from its last finished epoch.

    Args:
        recipe: what to train, and how; a name stands for the recipe as it comes, hybrid where the source has features
            of items.
        source: the table, its columns, its split: a `DataSource`, a `PreparedSource`, or for rankers a `RankingSource`.
            A path stands for the `DataSource` of that table, or for the folder that `prepare` wrote there.
        folder: the run's folder; new, or that of the same call's run; a finished one is given back as it is.
        callbacks: further Keras callbacks; they find the validation metrics in the logs. Those that set the learning
            rate, which has a schedule, and those that save whole models are refused.
        verbose: as in `model.fit`.
        strategy: of `make_strategy`, or its name: the devices to train on; None for one. The batch size stays that of
            all of them together, and a run may go on with another strategy than it began with.

    Returns:
        The finished run. In a worker that does not write it, the run as it is when that worker has done its part.

    Raises:
        InputError: for bad data, data of another task, or a folder that holds something else or that another process
            trains into; before anything is written.
    """
    check_callbacks(callbacks)
    source = source_given(source)
    recipe, folder = recipe_for(recipe, source), path_given(folder, "folder")
    strategy = make_strategy(strategy) if isinstance(strategy, str) else strategy  # type: ignore[arg-type]
    check(recipe, source, strategy)
    return train_on(recipe, source.read(), folder, callbacks, verbose, strategy)


def check(recipe: Recipe, source: Source, strategy: tf.distribute.Strategy | None = None) -> None:
    """Refuses what cannot be trained on a source, in any form, before anything is read; as `Family.check`."""
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
    """As `train`, on data that have been read: `source.read()`.

    Raises:
        InputError: as `train`.
    """
    check_callbacks(callbacks)
    check(recipe, dataset.source, strategy)
    folder = Path(folder)
    refuse_other_files(folder)  # no lock is put into a folder of somebody else's
    recipe = as_trained(recipe, dataset, folder, strategy)
    recipe.family.check(recipe, dataset.source, strategy)  # a run that has counts does not go on on several devices
    # From here on nobody else writes to it, so all that is found in it stays; only the chief of several workers writes.
    with locked(folder) if is_chief(strategy) else nullcontext(), disk_explained(folder):
        if is_chief(strategy) and (folder / "config.json").exists():
            Run.begin(folder, recipe, dataset)  # refuses the run of anything else before a model is built
        if is_chief(strategy) and (folder / "metrics.json").exists():
            logger.info("%s is already finished: nothing is trained", folder)
        else:
            recipe.family.train(recipe, dataset, folder, callbacks, verbose, strategy)
            if is_chief(strategy):
                write_profile(folder, dataset)
    return Run(folder, recipe, dataset.source.absolute())
