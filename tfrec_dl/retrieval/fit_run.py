"""Fits the network of a run, resuming from its last checkpoint."""

import logging
from collections.abc import Sequence
from pathlib import Path

import tensorflow as tf

from tfrec_dl.data.training.batches import Batches
from tfrec_dl.data.training.training_data import TrainingData
from tfrec_dl.families.run import Run
from tfrec_dl.retrieval.fit import MONITORED, compile_model, steps_per_epoch
from tfrec_dl.retrieval.model import RetrievalModel
from tfrec_dl.retrieval.perturbation.continued import with_perturbation
from tfrec_dl.retrieval.training_report import training_report
from tfrec_dl.retrieval.validation import ValidationCallback
from tfrec_dl.retrieval.warm_start.carry_over import carry_over
from tfrec_dl.retrieval.warm_start.joined import BetweenNeighbours, joined_items
from tfrec_dl.retrieval.warm_start.start import remember, start_of
from tfrec_dl.runs.checkpoints import kept_epoch, restore_best
from tfrec_dl.runs.lost_tasks import lost_tasks_explained
from tfrec_dl.runs.resumable import ResumableTraining
from tfrec_dl.runs.strategies import training_input

logger = logging.getLogger(__name__)


def fit_run(
    model: RetrievalModel,
    split: TrainingData,
    windows: Batches,
    run: Run,
    callbacks: Sequence[tf.keras.callbacks.Callback],
    verbose: str | int,
    resumed_from: Path,
    start: Path | None,
    chosen: Path | None,
) -> None:
    """Fits the model, from the last checkpoint in `resumed_from`, or else from the run in `start`, if given.

    Args:
        model: model, built but uncompiled; it has the last epoch's weights afterwards.
        split: split with the validation cases.
        windows: batches to train on.
        run: started run, which receives checkpoints and history.
        callbacks: further Keras callbacks.
        verbose: as in `model.fit`.
        resumed_from: folder of the checkpoints to resume from.
        start: folder of a finished run with the initial weights; None for none.
        chosen: folder of a finished run of the same network; training then takes that run's best number of epochs of
            the schedule, without validation. None validates.
    """
    config, folder, strategy = run.recipe.training, run.folder, model.distribute_strategy
    config = config if start is None else with_perturbation(config)
    steps = steps_per_epoch(config, windows)
    with strategy.scope(), lost_tasks_explained(strategy):
        compile_model(model, config, steps)
    epochs = config.epochs if chosen is None else kept_epoch(chosen)
    monitored = MONITORED if chosen is None else None
    resumable = ResumableTraining(model, folder, monitored, config.patience, resumed_from=resumed_from)
    with lost_tasks_explained(strategy):
        finished_epochs = resumable.resume()
    for line in [*training_report(model), *run.recipe.family.explained(run.recipe, model.vocabulary)]:
        logger.info("%s", line)
    warm_start = start_of(run.recipe)
    # Only of the validation users, because their histories are always in memory.
    joined = None if warm_start is None else joined_items(warm_start, model.vocabulary, split.validation.histories)
    if warm_start is not None and joined is not None and not finished_epochs:
        if start is None:
            with strategy.scope(), lost_tasks_explained(strategy):
                carry_over(warm_start, model, joined)
        remember(folder, warm_start, model.vocabulary, joined)
    if start is not None and not finished_epochs:
        with strategy.scope(), lost_tasks_explained(strategy):
            restore_best(model, start)
            resumable.start_from(Run.open(start).metrics()[f"validation/{MONITORED.removeprefix('val_')}"])
    if finished_epochs:
        logger.info("continuing after epoch %d", finished_epochs)
    if resumable.stalled or finished_epochs >= epochs:
        return
    with lost_tasks_explained(strategy):
        model.fit(
            training_input(windows, finished_epochs * steps, strategy),
            initial_epoch=finished_epochs,
            epochs=epochs,
            steps_per_epoch=steps,
            callbacks=[
                *([] if joined is None else [BetweenNeighbours(joined)]),
                *([] if chosen else [ValidationCallback(split.validation, keep_seen=config.keep_seen)]),
                resumable,
                tf.keras.callbacks.TensorBoard(folder / "logs", write_graph=False),
                *callbacks,
            ],
            verbose=verbose,
        )
