"""From a retrieval recipe and a table to a finished run."""

import logging
from collections.abc import Sequence
from pathlib import Path

import tensorflow as tf

from tfrec_dl.data.source import DataSource
from tfrec_dl.data.splits import Split
from tfrec_dl.evaluation.callback import ValidationCallback
from tfrec_dl.files import locked
from tfrec_dl.recipes import Recipe, build_model, check_kind, model_class
from tfrec_dl.tasks.retrieval import RetrievalModel
from tfrec_dl.training.fit import MONITORED, Batches, compile_model, training_batches
from tfrec_dl.training.measure import measure, measure_cold
from tfrec_dl.training.resumable import ResumableTraining, restore_best
from tfrec_dl.training.run import Run
from tfrec_dl.training.run_config import write_json

logger = logging.getLogger(__name__)


def train_retrieval(
    recipe: Recipe,
    source: DataSource,
    folder: Path | str,
    callbacks: Sequence[tf.keras.callbacks.Callback] = (),
    verbose: str | int = "auto",
) -> Run:
    """`train` for a retrieval recipe."""
    folder = Path(folder)
    check_kind(recipe.model, source.items)
    interactions, items, users = source.read(), source.read_items(), source.read_users()
    for whose, coverage in source.coverage(interactions, items, users).items():
        logger.info("%s: %s", whose, coverage)
    split = source.divide(interactions, items)
    batches = model_class(recipe.model).batches
    windows = training_batches(batches, split, recipe.training, user_ids=users is not None)

    tf.keras.utils.set_random_seed(recipe.training.seed)
    model = build_model(recipe, split.vocabulary, items, users)
    run = Run.begin(folder, recipe, source, interactions, split.vocabulary, {"items": items, "users": users})
    with locked(folder / "config.json"):
        _fit(model, split, windows, run, callbacks, verbose)
        restore_best(model, folder)
        figures = measure(model, split)
        if source.split == "cold-start":
            figures |= measure_cold(model, source.hold_out(interactions, items))
        write_json(folder / "metrics.json", figures)
    return run


def trained_network(
    recipe: Recipe,
    source: DataSource,
    folder: Path,
    callbacks: Sequence[tf.keras.callbacks.Callback],
    verbose: str | int,
) -> RetrievalModel:
    """A network that is a part of something larger, trained into a folder of its own now or before."""
    if (folder / "metrics.json").exists():
        return Run.open(folder).retrieval_model()
    return train_retrieval(recipe, source, folder, callbacks, verbose).retrieval_model()


def _fit(
    model: RetrievalModel,
    split: Split,
    windows: Batches,
    run: Run,
    callbacks: Sequence[tf.keras.callbacks.Callback],
    verbose: str | int,
) -> None:
    """Fits the model from the run's last checkpoint on."""
    config, folder = run.recipe.training, run.folder
    compile_model(model, config, windows.steps_per_epoch)
    resumable = ResumableTraining(model, folder, MONITORED, config.patience)
    finished_epochs = resumable.resume()
    if finished_epochs:
        logger.info("continuing after epoch %d", finished_epochs)
    logger.info(
        "%d items: loss %s, row-sparse Adam; %d windows, %d targets an epoch",
        len(split.vocabulary.ids),
        model.retrieval_loss.name,
        windows.window_count,
        windows.target_count,
    )
    if not resumable.stalled and finished_epochs < config.epochs:
        model.fit(
            windows.dataset(finished_epochs * windows.steps_per_epoch),
            initial_epoch=finished_epochs,
            epochs=config.epochs,
            steps_per_epoch=windows.steps_per_epoch,
            callbacks=[
                ValidationCallback(split.validation),
                resumable,
                tf.keras.callbacks.TensorBoard(folder / "logs", write_graph=False),
                *callbacks,
            ],
            verbose=verbose,
        )
