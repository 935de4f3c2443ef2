"""Compiling and fitting a retrieval model: windows in, learning-rate schedule, row-sparse optimiser."""

from collections.abc import Sequence

import tensorflow as tf

from tfrec_dl.data.splits import Split
from tfrec_dl.data.training_histories import TrainingHistories
from tfrec_dl.data.windows import TrainingWindows, WindowConfig
from tfrec_dl.evaluation.callback import ValidationCallback
from tfrec_dl.recipes import TrainingConfig
from tfrec_dl.tasks.retrieval import RetrievalModel
from tfrec_dl.training.optimisers import row_sparse_optimizer
from tfrec_dl.training.schedules import warm_up_and_decay

MONITORED = "val_ndcg@10"


Batches = TrainingWindows | TrainingHistories


def training_batches(
    batches: type[TrainingWindows] | type[TrainingHistories],
    split: Split,
    config: TrainingConfig,
    user_ids: bool = False,
) -> Batches:
    """The batches that a configuration cuts from a split's training histories.

    Args:
        batches: of windows or of whole histories, as the model's class says.
        split: the histories.
        config: lengths, batch size, seed.
        user_ids: whether the model reads users' features and needs their ids beside the windows.

    Raises:
        InputError: if no user has two training interactions, or the context does not fit the window.
    """
    context = config.max_length // 2 if config.context is None else config.context
    windows = WindowConfig(config.max_length, context, config.batch_size, config.seed)
    return batches(split.train, windows, split.train.user_ids if user_ids else None)


def compile_model(model: RetrievalModel, config: TrainingConfig, steps_per_epoch: int) -> None:
    """Compiles the model with the row-sparse optimiser on the schedule, and creates the optimiser's slots."""
    schedule = warm_up_and_decay(config.learning_rate, config.warm_up, config.epochs * steps_per_epoch)
    optimizer = row_sparse_optimizer(config.optimizer, model, schedule, config.weight_decay)
    model.compile(optimizer=optimizer)
    optimizer.build(model.trainable_variables)


def fit(
    model: RetrievalModel,
    split: Split,
    config: TrainingConfig | None = None,
    callbacks: Sequence[tf.keras.callbacks.Callback] = (),
    verbose: str | int = "auto",
) -> tf.keras.callbacks.History:
    """Trains a model, stops early on validation NDCG@10 and keeps the best epoch's weights.

    Args:
        model: from `build_model`; compiled here.
        split: training histories and validation cases.
        config: default `TrainingConfig()` with the model's `max_length`; a recipe's own is `recipe.training`.
        callbacks: further Keras callbacks; they find `val_ndcg@10`, `val_hit_rate@10` and `val_mrr@10` in the logs.
        verbose: as in `model.fit`.

    Returns:
        Keras's history.

    Raises:
        InputError: if there is nothing to learn from.
    """
    config = config or TrainingConfig(max_length=model.max_length)
    windows = training_batches(model.batches, split, config, user_ids=model.user_tower is not None)
    compile_model(model, config, windows.steps_per_epoch)
    stopping = tf.keras.callbacks.EarlyStopping(
        MONITORED, patience=config.patience, mode="max", restore_best_weights=True, start_from_epoch=0
    )
    return model.fit(
        windows.dataset(),
        epochs=config.epochs,
        steps_per_epoch=windows.steps_per_epoch,
        callbacks=[ValidationCallback(split.validation), stopping, *callbacks],
        verbose=verbose,
    )
