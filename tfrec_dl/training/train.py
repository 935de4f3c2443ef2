"""From a recipe and a table to a finished run, whatever the family of the recipe."""

from collections.abc import Sequence
from pathlib import Path

import tensorflow as tf

from tfrec_dl.data.source import DataSource
from tfrec_dl.recipes import CFGANConfig, IRGANConfig, Recipe, StackedConfig
from tfrec_dl.training.run import Run
from tfrec_dl.training.train_adversarial import train_adversarial
from tfrec_dl.training.train_retrieval import train_retrieval
from tfrec_dl.training.train_stacked import train_stacked


def train(
    recipe: Recipe,
    source: DataSource,
    folder: Path | str,
    callbacks: Sequence[tf.keras.callbacks.Callback] = (),
    verbose: str | int = "auto",
) -> Run:
    """Trains a recipe into a folder; killed at any moment and called again, goes on from its last finished epoch.

    Args:
        recipe: what to train, and how.
        source: the table, its columns, its split.
        folder: the run's folder; new, or that of the same call's unfinished run.
        callbacks: further Keras callbacks; they find the validation metrics in the logs.
        verbose: as in `model.fit`.

    Returns:
        The finished run.

    Raises:
        InputError: for bad data, or a folder that holds something else or that another process trains into; before
            anything is written.
    """
    if isinstance(recipe.model, StackedConfig):
        return train_stacked(recipe, source, Path(folder), callbacks, verbose)
    if isinstance(recipe.model, IRGANConfig | CFGANConfig):
        return train_adversarial(recipe, source, Path(folder), callbacks, verbose)
    return train_retrieval(recipe, source, Path(folder), callbacks, verbose)
