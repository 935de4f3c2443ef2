"""From a retrieval recipe and a table to a finished run."""

import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path

import tensorflow as tf

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.prepared.source import PreparedSource
from tfrec_dl.data.source import DataSource
from tfrec_dl.data.training.batches import Batches
from tfrec_dl.data.training.training_data import Described, TrainingData
from tfrec_dl.evaluation.measure import measure, measure_cold
from tfrec_dl.files import locked, write_json
from tfrec_dl.recipes.configuration import check_kind
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.build import build_model, model_class
from tfrec_dl.retrieval.fit import MONITORED, compile_model, steps_per_epoch, training_batches
from tfrec_dl.retrieval.memory_report import announce_size
from tfrec_dl.retrieval.model import RetrievalModel
from tfrec_dl.retrieval.run import Run
from tfrec_dl.retrieval.validation import ValidationCallback
from tfrec_dl.runs.lost_tasks import lost_tasks_explained
from tfrec_dl.runs.optimisers import optimizer_title
from tfrec_dl.runs.resumable import ResumableTraining, restore_best
from tfrec_dl.runs.strategies import is_chief, one_device, training_input

logger = logging.getLogger(__name__)


def train_retrieval(
    recipe: Recipe,
    source: DataSource | PreparedSource,
    folder: Path | str,
    callbacks: Sequence[tf.keras.callbacks.Callback] = (),
    verbose: str | int = "auto",
    strategy: tf.distribute.Strategy | None = None,
) -> Run:
    """`train` for a retrieval recipe."""
    folder = Path(folder)
    strategy = one_device() if strategy is None else strategy
    check_kind(recipe.model, source.items)
    data, split, features = _read(source)
    items, users = features["items"], features["users"]
    batches = model_class(recipe.model).batches
    windows = training_batches(batches, split, recipe.training, user_ids=users is not None)
    announce_size(recipe, split.vocabulary, folder, callbacks, windows.target_count, strategy)

    tf.keras.utils.set_random_seed(recipe.training.seed)
    with strategy.scope(), lost_tasks_explained(strategy):
        model = build_model(recipe, split.vocabulary, items, users)
    if not is_chief(strategy):
        with tempfile.TemporaryDirectory() as own:  # saving is something that all workers do together
            run = Run.begin(Path(own) / folder.name, recipe, source, data, split.vocabulary, features)
            _fit(model, split, windows, run, callbacks, verbose, folder)
        return Run(folder, recipe, source.absolute())
    run = Run.begin(folder, recipe, source, data, split.vocabulary, features)
    with locked(folder / "config.json"):
        _fit(model, split, windows, run, callbacks, verbose, folder)
        if strategy is not one_device():
            model = build_model(recipe, split.vocabulary, items, users)  # workers may be gone by now
        restore_best(model, folder)
        figures = measure(model, split)
        if isinstance(source, DataSource) and source.split == "cold-start":
            assert isinstance(data, Interactions)
            figures |= measure_cold(model, source.hold_out(data, items))
        write_json(folder / "metrics.json", figures)
    return run


def _read(
    source: DataSource | PreparedSource,
) -> tuple[Described, TrainingData, dict[str, Catalogue | None]]:
    """What a source holds, its split, and the features of "items" and "users"."""
    if isinstance(source, PreparedSource):
        prepared = source.read()
        return prepared, source.divide(prepared), {"items": None, "users": None}
    interactions, items, users = source.read(), source.read_items(), source.read_users()
    for whose, coverage in source.coverage(interactions, items, users).items():
        logger.info("%s: %s", whose, coverage)
    return interactions, source.divide(interactions, items), {"items": items, "users": users}


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
    split: TrainingData,
    windows: Batches,
    run: Run,
    callbacks: Sequence[tf.keras.callbacks.Callback],
    verbose: str | int,
    resumed_from: Path,
) -> None:
    """Fits the model from the last checkpoint in `resumed_from` on."""
    config, folder, strategy = run.recipe.training, run.folder, model.distribute_strategy
    steps = steps_per_epoch(config, windows)
    with strategy.scope(), lost_tasks_explained(strategy):
        compile_model(model, config, steps)
    resumable = ResumableTraining(model, folder, MONITORED, config.patience, resumed_from=resumed_from)
    with lost_tasks_explained(strategy):
        finished_epochs = resumable.resume()
    if finished_epochs:
        logger.info("continuing after epoch %d", finished_epochs)
    logger.info(
        "%d items: loss %s, %s; %d windows, %d targets a pass",
        len(split.vocabulary.ids),
        model.retrieval_loss.name,
        optimizer_title(model.optimizer),
        windows.window_count,
        windows.target_count,
    )
    if resumable.stalled or finished_epochs >= config.epochs:
        return
    with lost_tasks_explained(strategy):
        model.fit(
            training_input(windows, finished_epochs * steps, strategy),
            initial_epoch=finished_epochs,
            epochs=config.epochs,
            steps_per_epoch=steps,
            callbacks=[
                ValidationCallback(split.validation),
                resumable,
                tf.keras.callbacks.TensorBoard(folder / "logs", write_graph=False),
                *callbacks,
            ],
            verbose=verbose,
        )
