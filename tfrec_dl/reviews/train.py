"""Training of a rating prediction recipe into a run folder."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from tfrec_dl.families.run import Run
from tfrec_dl.files import replacing
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.reviews.deep_conn import build_rating_model
from tfrec_dl.reviews.fit import MONITORED, compile_rating_model, rating_batches
from tfrec_dl.reviews.fit_biases import fit_biases
from tfrec_dl.reviews.measure import measure_ratings
from tfrec_dl.reviews.model import RatingModel
from tfrec_dl.reviews.reviews import Reviews
from tfrec_dl.reviews.text_encoder import standardise
from tfrec_dl.reviews.training_reviews import REVIEWS, learn_training_reviews, save_training_reviews
from tfrec_dl.reviews.validation import RatingValidation
from tfrec_dl.runs.checkpoints import restore_best
from tfrec_dl.runs.fingerprints import finish_run
from tfrec_dl.runs.resumable import ResumableTraining
from tfrec_dl.runs.weight_average import WeightAverage

logger = logging.getLogger(__name__)

BIASES = "biases.npy"


def train_reviews(
    recipe: Recipe,
    dataset: Any,
    folder: Path,
    callbacks: Sequence[tf.keras.callbacks.Callback] = (),
    verbose: str | int = "auto",
) -> Run:
    """Trains a recipe into a folder; see `Family.train`.

    Args:
        recipe: recipe to train.
        dataset: a `ReviewDataset`.
        folder: folder of the run.
        callbacks: further Keras callbacks; `val_mse` is in their logs.
        verbose: as in `model.fit`.
    """
    split = dataset.split
    recipe.model.output.levels(split.train.ratings)  # rejects unsuitable ratings before their texts are read
    data = learn_training_reviews(recipe.model.text, split.train)
    tf.keras.utils.set_random_seed(recipe.training.seed)
    model = build_rating_model(recipe.model, data)
    run = Run.begin(folder, recipe, dataset)
    if not (folder / REVIEWS).exists():
        save_training_reviews(data, folder)
    _fit(model, split.validation, run, callbacks, verbose)
    restore_best(model, folder)
    finish_run(folder, measure_ratings(model, split))
    return run


def _fit(
    model: RatingModel,
    validation: Reviews,
    run: Run,
    callbacks: Sequence[tf.keras.callbacks.Callback],
    verbose: str | int,
) -> None:
    """Fits the model, starting from the run's last checkpoint, or with the biases if there is none."""
    config, folder = run.recipe.training, run.folder
    compile_rating_model(model, config, -(-len(model.documents) // config.batch_size))
    average = WeightAverage(config.weight_average, model.trainable_variables)
    resumable = ResumableTraining(
        model, folder, MONITORED, config.patience, mode="min", state={"average": average.state}
    )
    finished_epochs = resumable.resume()
    if finished_epochs:
        logger.info("continuing after epoch %d", finished_epochs)
    else:
        standardise(model.text_encoder, model.tokens)
        biases = fit_biases(model)
        with replacing(folder / BIASES) as temporary, temporary.open("wb") as file:
            np.save(file, biases)
    batches = rating_batches(model, np.load(folder / BIASES), config)
    for _ in range(finished_epochs):
        next(iter(batches))  # each iteration has another order: the next one is that of the next epoch
    if not resumable.stalled and finished_epochs < config.epochs:
        model.fit(
            batches,
            initial_epoch=finished_epochs,
            epochs=config.epochs,
            callbacks=[
                average,
                RatingValidation(validation),
                resumable,
                tf.keras.callbacks.TensorBoard(folder / "logs", write_graph=False),
                *callbacks,
            ],
            verbose=verbose,
        )
