"""Training of a ranker into a run."""

import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import tensorflow as tf

from tfrec_dl.families.run import Run
from tfrec_dl.ranking.averaged_weights import averaged_weights
from tfrec_dl.ranking.build import build_ranking_model
from tfrec_dl.ranking.calibration import CALIBRATION, save_calibration
from tfrec_dl.ranking.configuration import RankingTraining
from tfrec_dl.ranking.data.batches import RankingBatches, RankingRows
from tfrec_dl.ranking.data.feedback import CLICK
from tfrec_dl.ranking.data.splits import ImpressionSplit
from tfrec_dl.ranking.defaults import explained, impressions
from tfrec_dl.ranking.evaluate import ROWS
from tfrec_dl.ranking.fit import compile_ranking_model, monitored
from tfrec_dl.ranking.learn import learn_ranking_data, recipe_filled_in
from tfrec_dl.ranking.linear.start import with_linear_parts
from tfrec_dl.ranking.measure import measure_ranking
from tfrec_dl.ranking.model import RankingModel
from tfrec_dl.ranking.names import CLICK_LOGIT
from tfrec_dl.ranking.predictor import Predictor
from tfrec_dl.ranking.ranking_data import RankingData
from tfrec_dl.ranking.rows import ranking_rows
from tfrec_dl.ranking.saved_state import save_ranking_data
from tfrec_dl.ranking.training_report import training_report
from tfrec_dl.ranking.validation import RankingValidation
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.runs.checkpoints import restore_best
from tfrec_dl.runs.fingerprints import finish_run
from tfrec_dl.runs.resumable import ResumableTraining

logger = logging.getLogger(__name__)


def train_ranker(
    recipe: Recipe,
    dataset: Any,
    folder: Path,
    callbacks: Sequence[tf.keras.callbacks.Callback] = (),
    verbose: str | int = "auto",
) -> Run:
    """Trains a ranking recipe into a folder; see `Family.train`.

    Args:
        recipe: recipe to train.
        dataset: an `ImpressionDataset`.
        folder: folder of the run.
        callbacks: further Keras callbacks.
        verbose: as in `model.fit`.
    """
    split, filled = dataset.split, recipe_filled_in(recipe, dataset)
    data = ranking_data(filled, dataset)
    if filled.model.linear_part:
        data = with_linear_parts(data, split, filled.model.content, filled.training.max_length)
    model, rows = built_with_rows(filled, data, split)
    run = Run.begin(folder, recipe, dataset)
    save_ranking_data(data, folder)
    for line in explained(recipe.model, recipe.training, impressions(data.users), data.objectives, data.unknown):
        logger.info("%s", line)
    fit_ranker(model, split, rows, run, filled.training, callbacks, verbose)
    restore_best(model, folder)
    _calibrate(model, split, rows, run)
    finish_run(folder, measure_ranking(model, rows, split))
    return run


def ranking_data(filled: Recipe, dataset: Any) -> RankingData:
    """Fits what a recipe's model is built from, except linear parts, on the training part."""
    items, users = dataset.features["items"], dataset.features["users"]
    min_count = dataset.source.min_count
    return learn_ranking_data(dataset.split, filled.model, items, users, min_count, filled.training.max_length)


def built_with_rows(filled: Recipe, data: RankingData, split: ImpressionSplit) -> tuple[RankingModel, RankingRows]:
    """Returns a recipe's model before training, and the rows of a split in the form that it reads."""
    tf.keras.utils.set_random_seed(filled.training.seed)
    model = build_ranking_model(filled.model, data, filled.training.max_length)
    return model, ranking_rows(model.fitted_state, split)


def fit_ranker(
    model: RankingModel,
    split: ImpressionSplit,
    rows: RankingRows,
    run: Run,
    config: RankingTraining,
    callbacks: Sequence[tf.keras.callbacks.Callback],
    verbose: str | int,
    epochs: int | None = None,
) -> None:
    """Fits the model, starting from the run's last checkpoint.

    Args:
        model: a built model.
        split: split of the table.
        rows: rows of the split.
        run: a run that has begun.
        config: configuration without open settings.
        callbacks: further Keras callbacks.
        verbose: as in `model.fit`.
        epochs: number of epochs of the schedule to train without validation; None validates and keeps the best epoch.
    """
    assert config.batch_size is not None  # settings are filled in
    folder = run.folder
    batches = RankingBatches(rows, split.train, config.batch_size, config.seed, config.drawn)
    compile_ranking_model(model, config, batches.steps_per_epoch)
    monitor = monitored(model, batches)
    averaged = partial(averaged_weights, model)
    best = monitor.name if epochs is None else None
    resumable = ResumableTraining(model, folder, best, config.patience, monitor.mode, averaged)
    finished_epochs = resumable.resume()
    validation = RankingValidation(rows, split.validation, averaged)
    if not finished_epochs:
        if epochs is None and model.starts_fitted:
            value = validation.metrics(model)[monitor.name]
            logger.info("before the first epoch: %s %.4f", monitor.name, value)
            resumable.start_from(value if monitor.mode == "max" else -value)
        elif epochs == 0:
            resumable.start_from(0.0)
    for line in training_report(model, run.recipe):
        logger.info("%s", line)
    if finished_epochs:
        logger.info("continuing after epoch %d", finished_epochs)
    last = config.epochs if epochs is None else epochs
    if not resumable.stalled and finished_epochs < last:
        model.fit(
            batches.dataset(finished_epochs),
            initial_epoch=finished_epochs,
            epochs=last,
            steps_per_epoch=batches.steps_per_epoch,
            callbacks=[
                *([validation] if epochs is None else []),
                resumable,
                tf.keras.callbacks.TensorBoard(folder / "logs", write_graph=False),
                *callbacks,
            ],
            verbose=verbose,
        )


def _calibrate(model: RankingModel, split: ImpressionSplit, rows: RankingRows, run: Run) -> None:
    """Fits the calibration of click logits on the validation part."""
    method = run.recipe.model.calibration
    if method is None or CLICK not in model.objectives:
        return
    predictions = Predictor(model)(RankingBatches(rows, split.validation, ROWS).in_order())
    labels = rows.impressions.labels[CLICK][predictions["row"]]
    model.calibration = method.fit(predictions[CLICK_LOGIT], labels)
    save_calibration(model.calibration, run.folder / CALIBRATION)
