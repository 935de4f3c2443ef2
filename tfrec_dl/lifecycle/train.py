"""Trains a recipe on the data of a source, whatever the family of the recipe."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf

from tfrec_dl.data.dataset import Source
from tfrec_dl.families.run import Run
from tfrec_dl.recipes.recipe import Recipe


def train(
    recipe: Recipe,
    source: Source,
    folder: Path | str,
    callbacks: Sequence[tf.keras.callbacks.Callback] = (),
    verbose: str | int = "auto",
    strategy: tf.distribute.Strategy | None = None,
) -> Run:
    """Trains a recipe into a folder; killed at any moment and called again, goes on from its last finished epoch.

    Args:
        recipe: what to train, and how.
        source: the table, its columns, its split: a `DataSource`, a `PreparedSource`, or for rankers a `RankingSource`.
        folder: the run's folder; new, or that of the same call's unfinished run.
        callbacks: further Keras callbacks; they find the validation metrics in the logs.
        verbose: as in `model.fit`.
        strategy: of `make_strategy`, the devices to train on; None for one. The batch size stays that of all of them
            together, and a run may go on with another strategy than it began with.

    Returns:
        The finished run. In a worker that does not write it, the run as it is when that worker has done its part.

    Raises:
        InputError: for bad data, or a folder that holds something else or that another process trains into; before
            anything is written.
    """
    recipe.family.check(recipe, source, strategy)
    return train_on(recipe, source.read(), folder, callbacks, verbose, strategy)


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
    recipe.family.check(recipe, dataset.source, strategy)
    recipe.family.train(recipe, dataset, Path(folder), callbacks, verbose, strategy)
    return Run(Path(folder), recipe, dataset.source.absolute())
