"""From a recipe and a table to a finished run, whatever the family of the recipe."""

from collections.abc import Sequence
from pathlib import Path

import tensorflow as tf

from tfrec_dl.adversarial.configuration import CFGANConfig, IRGANConfig
from tfrec_dl.adversarial.train import train_adversarial
from tfrec_dl.data.prepared.source import PreparedSource
from tfrec_dl.data.source import DataSource
from tfrec_dl.errors import InputError
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.run import Run
from tfrec_dl.retrieval.train import train_retrieval
from tfrec_dl.runs.strategies import one_device
from tfrec_dl.stacking.configuration import StackedConfig
from tfrec_dl.stacking.train import train_stacked


def train(
    recipe: Recipe,
    source: DataSource | PreparedSource,
    folder: Path | str,
    callbacks: Sequence[tf.keras.callbacks.Callback] = (),
    verbose: str | int = "auto",
    strategy: tf.distribute.Strategy | None = None,
) -> Run:
    """Trains a recipe into a folder; killed at any moment and called again, goes on from its last finished epoch.

    Args:
        recipe: what to train, and how.
        source: the table, its columns, its split; or a prepared folder.
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
    if not isinstance(recipe.model, StackedConfig | IRGANConfig | CFGANConfig):
        return train_retrieval(recipe, source, Path(folder), callbacks, verbose, strategy)
    if isinstance(source, PreparedSource):
        raise InputError(
            f"{recipe.name!r} is a stack or a game, which needs the table in memory, and {source.path} is a "
            "prepared folder: give the table itself, or choose a single network."
        )
    if strategy not in (None, one_device()):
        raise InputError(
            f"{recipe.name!r} is a stack or a game, which trains on one device: leave the strategy out, or choose a "
            "single network."
        )
    if isinstance(recipe.model, StackedConfig):
        return train_stacked(recipe, source, Path(folder), callbacks, verbose)
    return train_adversarial(recipe, source, Path(folder), callbacks, verbose)
