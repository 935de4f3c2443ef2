"""Trains the network of a retrieval recipe into a run."""

import logging
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import tensorflow as tf

from tfrec_dl.data.training.batches import Batches
from tfrec_dl.data.training.training_data import TrainingData
from tfrec_dl.evaluation.measure import measure, measure_cold, measure_gain, measure_test
from tfrec_dl.families.run import Run
from tfrec_dl.families.second_stage import START, validated_metrics
from tfrec_dl.files import locked
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.retrieval.fit import training_batches
from tfrec_dl.retrieval.fit_run import fit_run
from tfrec_dl.retrieval.fitted_features import save_fitted
from tfrec_dl.retrieval.memory_report import announce_size
from tfrec_dl.retrieval.model import RetrievalModel
from tfrec_dl.retrieval.model_shape import shape_of
from tfrec_dl.retrieval.network_run import save_vocabulary, trained_model
from tfrec_dl.runs.checkpoints import restore_best
from tfrec_dl.runs.fingerprints import finish_run
from tfrec_dl.runs.lost_tasks import lost_tasks_explained
from tfrec_dl.runs.server_task import wait_until_finished
from tfrec_dl.runs.strategies import is_chief, one_device

logger = logging.getLogger(__name__)

FEW = 10_000  # number of items whose tables fit in any memory


def train_network(
    recipe: Recipe,
    dataset: Any,
    folder: Path,
    callbacks: Sequence[tf.keras.callbacks.Callback] = (),
    verbose: str | int = "auto",
    strategy: tf.distribute.Strategy | None = None,
) -> Run:
    """Trains a recipe of one network; see `Family.train`.

    If it has a perturbation, FOLDER/start is the run without it, from which training continues. The best epoch on
    validation is kept, with the start as epoch 0, and "test_gain/..." in the metrics is the gain.

    Returns:
        The finished run. In a worker that does not write it, the run in its state when that worker has done its part.
    """
    strategy = one_device() if strategy is None else strategy
    training = recipe.training
    if training.perturbation is None:
        return train_in_one_go(recipe, dataset, folder, callbacks, verbose, strategy)
    if is_chief(strategy):  # the outer run's folder comes first, because the other run is inside it
        Run.begin(folder, recipe, dataset)
    logger.info("first without the perturbation")
    plain = replace(recipe, name=f"{recipe.name}_start", training=replace(training, perturbation=None))
    if not (folder / START / "metrics.json").exists():
        train_in_one_go(plain, dataset, folder / START, callbacks, verbose, strategy)
    wait_until_finished(folder / START)  # the chief evaluates while other workers wait here
    logger.info("perturbed: %s", training.perturbation.name)
    return train_in_one_go(recipe, dataset, folder, callbacks, verbose, strategy, folder / START)


def train_in_one_go(
    recipe: Recipe,
    dataset: Any,
    folder: Path,
    callbacks: Sequence[tf.keras.callbacks.Callback],
    verbose: str | int,
    strategy: tf.distribute.Strategy,
    start: Path | None = None,
    chosen: Path | None = None,
) -> Run:
    """Trains a network without an earlier stage; see `Family.train`.

    Args:
        recipe: recipe of a network.
        dataset: dataset of the source; in a refit, with the validation targets in the training part.
        folder: folder of the run.
        callbacks: as in `Family.train`.
        verbose: as in `Family.train`.
        strategy: strategy to train under.
        start: a finished run with the initial weights; None starts anew.
        chosen: a finished run of the same network, whose best number of epochs this training takes, without validation;
            None validates.

    Returns:
        The finished run.
    """
    split, items, users = dataset.split, dataset.features["items"], dataset.features["users"]
    keep_seen = recipe.training.keep_seen
    windows = checked_batches(recipe, dataset)
    # With few items the model is built first and then measured; otherwise its size is estimated before it is built.
    few = split.vocabulary.size <= FEW and items is None and users is None and strategy is one_device()
    if not few:
        announce_size(recipe, split.vocabulary, folder, windows.target_count, strategy)

    fitted = recipe.family.fitted(recipe.model, split, items, users)
    tf.keras.utils.set_random_seed(recipe.training.seed)
    with strategy.scope(), lost_tasks_explained(strategy):
        model = build_model(recipe, split.vocabulary, items, users, fitted)
    if few:
        announce_size(recipe, split.vocabulary, folder, windows.target_count, strategy, shape_of(model, recipe))
    if not is_chief(strategy):
        with tempfile.TemporaryDirectory() as own:  # saving needs all workers
            run = _begin(Path(own) / folder.name, recipe, dataset)
            fit_run(model, split, windows, run, callbacks, verbose, folder, start, chosen)
        return Run(folder, recipe, dataset.source.absolute())
    run = _begin(folder, recipe, dataset)
    save_fitted(fitted, folder)
    fit_run(model, split, windows, run, callbacks, verbose, folder, start, chosen)
    if strategy is not one_device():
        model = build_model(recipe, split.vocabulary, items, users, fitted)  # workers may have stopped by now
    restore_best(model, folder)
    if chosen is None:
        metrics = measure(model, split, keep_seen=keep_seen)
    else:
        metrics = validated_metrics(chosen) | measure_test(model, split, keep_seen)
    before = start or chosen
    if before is not None:
        metrics |= measure_gain(model, trained_model(recipe, Run.open(before)), split, keep_seen)
    if dataset.cold_split is not None:
        metrics = measure_cold(model, dataset.cold_split, keep_seen=keep_seen) | metrics
    finish_run(folder, metrics)
    return run


def checked_batches(recipe: Recipe, dataset: Any) -> Batches:
    """Returns the batches that a network is trained on.

    Raises:
        InputError: if there is nothing to learn from, to validate on or to test on; before anything is written.
    """
    require_targets(dataset.split, recipe.training.keep_seen)
    kind, reads_users = recipe.family.batches(recipe.model), dataset.features["users"] is not None
    return training_batches(kind, dataset.split, recipe.training, user_ids=reads_users)


def require_targets(split: TrainingData, keep_seen: bool) -> None:
    """Raises InputError if masking seen items leaves nothing to validate or test on; before anything is written.

    Args:
        split: split with the cases.
        keep_seen: whether items in the history can be recommended.
    """
    split.validation.refuse_masked("validation", keep_seen)
    split.test.refuse_masked("test", keep_seen)


def trained_network(
    recipe: Recipe,
    dataset: Any,
    folder: Path,
    callbacks: Sequence[tf.keras.callbacks.Callback],
    verbose: str | int,
) -> RetrievalModel:
    """Returns a network that is a part of a larger model, trained into its own folder now or earlier."""
    with locked(folder):
        run = Run.open(folder) if (folder / "metrics.json").exists() else None
        if run is None:
            run = train_network(recipe, dataset, folder, callbacks, verbose)
    return trained_model(run.recipe, run)


def _begin(folder: Path, recipe: Recipe, dataset: Any) -> Run:
    run = Run.begin(folder, recipe, dataset)
    save_vocabulary(run, dataset)
    return run
