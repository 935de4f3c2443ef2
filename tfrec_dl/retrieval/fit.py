"""Compiles and fits a retrieval model: training windows, learning-rate schedule, row-sparse optimizer."""

from collections.abc import Sequence

import tensorflow as tf

from tfrec_dl.arguments import require_type
from tfrec_dl.data.training.batches import Batches
from tfrec_dl.data.training.cuts import WindowConfig
from tfrec_dl.data.training.training_data import TrainingData
from tfrec_dl.data.training.training_histories import TrainingHistories
from tfrec_dl.data.training.windows import TrainingWindows
from tfrec_dl.retrieval.configuration import TrainingConfig
from tfrec_dl.retrieval.model import RetrievalModel
from tfrec_dl.retrieval.validation import ValidationCallback
from tfrec_dl.runs.callbacks import check_callbacks
from tfrec_dl.runs.optimisers import row_sparse_optimizer
from tfrec_dl.runs.schedules import warm_up_and_decay
from tfrec_dl.runs.strategies import training_input

MONITORED = "val_ndcg@10"


def training_batches(
    batches: type[TrainingWindows] | type[TrainingHistories],
    split: TrainingData,
    config: TrainingConfig,
    user_ids: bool = False,
) -> Batches:
    """Cuts a split's training histories into batches, as configured.

    Args:
        batches: class for windows or for whole histories, as the model needs.
        split: split with the histories.
        config: lengths, batch size and seed.
        user_ids: whether the model reads users' features, so that batches include their ids.

    Raises:
        InputError: if no user has two training interactions, or the context does not fit the window.
    """
    context = config.max_length // 2 if config.context is None else config.context
    windows = WindowConfig(config.max_length, context, config.batch_size, config.seed)
    return split.batches(batches, windows, user_ids)


def steps_per_epoch(config: TrainingConfig, batches: Batches) -> int:
    """Returns the steps between two validations: as configured, or those of a pass over the data."""
    return config.steps_per_epoch or batches.steps_per_epoch


def compile_model(model: RetrievalModel, config: TrainingConfig, steps_per_epoch: int) -> None:
    """Compiles the model with the row-sparse optimizer and the schedule, and creates the optimizer's slots.

    Call it in the scope of the strategy that the model was built in.
    """
    schedule = warm_up_and_decay(config.learning_rate, config.warm_up, config.epochs * steps_per_epoch)
    optimizer = row_sparse_optimizer(config.optimizer, model, schedule, config.weight_decay)
    model.compile(optimizer=optimizer)
    optimizer.build(model.trainable_variables)


def fit(
    model: RetrievalModel,
    split: TrainingData,
    config: TrainingConfig | None = None,
    callbacks: Sequence[tf.keras.callbacks.Callback] = (),
    verbose: str | int = "auto",
) -> tf.keras.callbacks.History:
    """Trains a model with early stopping on validation NDCG@10, and keeps the best epoch's weights.

    Args:
        model: result of `build_model`, under a `tf.distribute` strategy or none; compiled here.
        split: training histories and validation cases.
        config: default `TrainingConfig()` with the model's `max_length`; a recipe's own is `recipe.training`.
        callbacks: further Keras callbacks; the logs contain `val_ndcg@10`, `val_hit_rate@10` and `val_mrr@10`.
            Callbacks that set the learning rate, which has a schedule, or save whole models are refused.
        verbose: as in `model.fit`.

    Returns:
        Keras's `History`.

    Raises:
        InputError: if an argument has the wrong type, there is nothing to learn from, the split is encoded with another
            vocabulary than the model's, or masking seen items leaves no target to validate on.
    """
    check_callbacks(callbacks)
    require_type(model, RetrievalModel, "model", "give one from tfrec_dl.build_model(recipe, split.vocabulary)")
    require_type(split, TrainingData, "split", "give a split, such as tfrec_dl.leave_last_out(interactions)")
    split.vocabulary.require_numbers_of(model.vocabulary, "the split's")
    config = config or TrainingConfig(max_length=model.max_length)
    require_type(config, TrainingConfig, "config", "give a tfrec_dl.TrainingConfig, such as recipe.training")
    split.validation.refuse_masked("validation", config.keep_seen)
    windows = training_batches(model.batches, split, config, user_ids=model.user_tower is not None)
    strategy, steps = model.distribute_strategy, steps_per_epoch(config, windows)
    with strategy.scope():
        compile_model(model, config, steps)
    stopping = tf.keras.callbacks.EarlyStopping(
        MONITORED, patience=config.patience, mode="max", restore_best_weights=True, start_from_epoch=0
    )
    return model.fit(
        training_input(windows, 0, strategy),
        epochs=config.epochs,
        steps_per_epoch=steps,
        callbacks=[ValidationCallback(split.validation, keep_seen=config.keep_seen), stopping, *callbacks],
        verbose=verbose,
    )
