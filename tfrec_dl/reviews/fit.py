"""Fitting of rating models: first biases, then text, with averaged weights and early stopping."""

from collections.abc import Sequence
from typing import Annotated

import numpy as np
import tensorflow as tf
from pydantic import Field

from tfrec_dl.configurations import configuration
from tfrec_dl.recipes.search_space import SearchRange
from tfrec_dl.reviews.fit_biases import fit_biases
from tfrec_dl.reviews.model import RatingModel
from tfrec_dl.reviews.reviews import Reviews
from tfrec_dl.reviews.validation import RatingValidation
from tfrec_dl.runs.optimisers import RowSparseAdam
from tfrec_dl.runs.weight_average import WeightAverage

MONITORED = "val_mse"


@configuration
class RatingTraining:
    """Training settings of a rating model.

    Attributes:
        epochs: maximum number of passes over the training reviews; the learning rate's cosine decay spans all of them.
        batch_size: number of ratings per step.
        learning_rate: initial learning rate.
        weight_decay: decay of the dense variables (decoupled, Loshchilov and Hutter, ICLR 2019).
        weight_average: share of the averaged weights kept at each step; the averages are validated and become the
            result.
        patience: number of epochs without a lower validation MSE after which training stops.
        seed: seed of the order of ratings. Initial weights and dropout depend on `tf.keras.utils.set_random_seed`,
            called before the model is built.
    """

    epochs: int = Field(default=8, ge=1)
    batch_size: int = Field(default=1024, ge=1)
    learning_rate: Annotated[float, SearchRange(1e-3, 1e-2, log=True)] = Field(default=3e-3, gt=0, allow_inf_nan=False)
    weight_decay: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    weight_average: float = Field(default=0.9, ge=0, lt=1)
    patience: int = Field(default=4, ge=1)
    seed: int = Field(default=0, ge=0, lt=2**31)


def fit_ratings(
    model: RatingModel,
    validation: Reviews,
    config: RatingTraining | None = None,
    callbacks: Sequence[tf.keras.callbacks.Callback] = (),
    verbose: str | int = "auto",
) -> tf.keras.callbacks.History:
    """Trains a model on its documents' ratings, stops early by validation MSE, and keeps the best epoch's weights.

    Biases are fitted first (`fit_biases`) and stay fixed; then the text is trained on the residual.

    Args:
        model: model from `build_deep_conn`; compiled here.
        validation: held-out ratings.
        config: settings; default `RatingTraining()`.
        callbacks: further Keras callbacks; `val_mse` is in their logs.
        verbose: as in `model.fit`.

    Returns:
        Keras's history.
    """
    config = config or RatingTraining()
    biases = fit_biases(model)
    batches = rating_batches(model, biases, config)
    compile_rating_model(model, config, len(batches))
    stopping = tf.keras.callbacks.EarlyStopping(
        MONITORED, patience=config.patience, mode="min", restore_best_weights=True, start_from_epoch=0
    )
    return model.fit(
        batches,
        epochs=config.epochs,
        callbacks=[WeightAverage(config.weight_average), RatingValidation(validation), stopping, *callbacks],
        verbose=verbose,
    )


def rating_batches(model: RatingModel, biases: np.ndarray, config: RatingTraining) -> tf.data.Dataset:
    """Returns batches of the training ratings, in a different order each time it is iterated.

    Args:
        model: model that learns its documents' ratings.
        biases: [n] float32 from `fit_biases`.
        config: batch size and seed.
    """
    documents = model.documents
    rows = {"user": documents.users, "item": documents.items, "bias": biases, "rating": documents.ratings}
    dataset = tf.data.Dataset.from_tensor_slices(rows).shuffle(len(documents), seed=config.seed)
    return dataset.batch(config.batch_size)


def compile_rating_model(model: RatingModel, config: RatingTraining, steps_per_epoch: int) -> None:
    """Compiles a model and builds its optimizer.

    Args:
        model: model from `build_deep_conn`.
        config: learning rate and decay.
        steps_per_epoch: number of batches per epoch.
    """
    steps = config.epochs * steps_per_epoch
    schedule = tf.keras.optimizers.schedules.CosineDecay(config.learning_rate, steps, alpha=0.01)
    optimizer = RowSparseAdam(schedule, weight_decay=config.weight_decay or None)
    # Decay would update every row of a table at every step, and pull thresholds toward 0.
    tables = [layer.embeddings for layer in model.submodules if isinstance(layer, tf.keras.layers.Embedding)]
    optimizer.exclude_from_weight_decay([*tables, *(each for each in model.trainable_variables if each.shape.rank < 2)])
    optimizer.build(model.trainable_variables)
    model.compile(optimizer=optimizer)
