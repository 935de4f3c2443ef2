"""Adversarial training into a run: pre-trains the networks, then trains the generator against the discriminator."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf

from tfrec_dl.adversarial.build import build_adversarial, discriminator_recipe, generator_recipe
from tfrec_dl.adversarial.model import AdversarialModel
from tfrec_dl.adversarial.monitor import COVERAGE, GANMonitor, GANMonitorConfig
from tfrec_dl.adversarial.outcome import write_outcome
from tfrec_dl.adversarial.settings import AdversarialTraining
from tfrec_dl.data.splits.split import Split
from tfrec_dl.data.training.batches import Batches
from tfrec_dl.evaluation.measure import measure, measure_cold, measure_gain
from tfrec_dl.families.run import Run
from tfrec_dl.families.second_stage import START
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.retrieval.fit import MONITORED, training_batches
from tfrec_dl.retrieval.fitted_features import load_fitted, save_fitted
from tfrec_dl.retrieval.network_run import save_vocabulary, trained_model
from tfrec_dl.retrieval.train import require_targets, trained_network
from tfrec_dl.retrieval.validation import VALIDATION_METRICS, ValidationCallback
from tfrec_dl.runs.checkpoints import restore_best
from tfrec_dl.runs.fingerprints import finish_run
from tfrec_dl.runs.optimisers import RowSparseAdam
from tfrec_dl.runs.resumable import ResumableTraining

logger = logging.getLogger(__name__)

DISCRIMINATOR = "discriminator"  # folder of the discriminator's run before adversarial training


def train_adversarial(
    recipe: Recipe,
    dataset: Any,
    folder: Path,
    callbacks: Sequence[tf.keras.callbacks.Callback] = (),
    verbose: str | int = "auto",
) -> Run:
    """Trains generator and discriminator in separate runs in FOLDER, then against each other.

    FOLDER/start is the run of the generator before adversarial training. The metrics of this run include those of that
    run, and "test_gain/..." is the difference, with paired intervals. The generator of the best epoch on validation is
    kept; if no epoch is better, that is the pre-trained one.
    """
    split, items, users = dataset.split, dataset.features["items"], dataset.features["users"]
    keep_seen = recipe.training.keep_seen
    require_targets(split, keep_seen)
    networks = generator_recipe(recipe), discriminator_recipe(recipe)
    # Rejects what cannot be built or trained before anything is written.
    for network in networks:
        if network is not None:
            fitted = network.family.fitted(network.model, split, items, users)
            build_model(network, split.vocabulary, items, users, fitted)
    windows = networks[0].family.batches(networks[0].model)
    batches = training_batches(windows, split, recipe.training, user_ids=users is not None)

    run = Run.begin(folder, recipe, dataset)
    save_vocabulary(run, dataset)
    logger.info("generator, before adversarial training")
    start = trained_network(networks[0], dataset, folder / START, callbacks, verbose)
    save_fitted(load_fitted(folder / START), folder)
    before = folder / START
    if networks[1] is not None:
        logger.info("discriminator, before adversarial training")
        before = folder / DISCRIMINATOR
        trained_network(networks[1], dataset, before, callbacks, verbose)
    tf.keras.utils.set_random_seed(recipe.training.seed)
    generator = _pretrained(folder / START)
    discriminator = _pretrained(before) if recipe.family.needs_discriminator else None
    model = build_adversarial(recipe, generator, discriminator)
    _fit(model, split, batches, run, callbacks, verbose)
    restore_best(generator, folder)
    metrics = measure(generator, split, keep_seen=keep_seen)
    metrics |= measure_gain(generator, start, split, keep_seen)
    if dataset.cold_split is not None:
        metrics |= measure_cold(generator, dataset.cold_split, keep_seen=keep_seen)
    finish_run(folder, metrics)
    return run


def _pretrained(folder: Path) -> Any:
    run = Run.open(folder)
    return trained_model(run.recipe, run)


def compile_adversarial(model: AdversarialModel, settings: AdversarialTraining) -> None:
    """Compiles a model with a row-sparse Adam for each side, at the learning rates of its settings."""
    model.compile(
        generator_optimizer=RowSparseAdam(settings.generator_learning_rate),
        discriminator_optimizer=RowSparseAdam(settings.discriminator_learning_rate),
    )


def _fit(
    model: AdversarialModel,
    split: Split,
    batches: Batches,
    run: Run,
    callbacks: Sequence[tf.keras.callbacks.Callback],
    verbose: str | int,
) -> None:
    """Trains from the run's last checkpoint; the pre-trained generator counts as epoch 0.

    Writes adversarial.json: the epochs trained, the epoch that is kept, and why training was stopped, if it was.
    """
    settings, folder = model.settings, run.folder
    before = Run.open(folder / START).metrics()
    compile_adversarial(model, settings)
    logger.info("adversarial training: %s", training_report(model))
    # While the generator is still the pre-trained one.
    entropy = model.generator_step(next(iter(batches.dataset())), tf.constant([0, 0])).entropy
    resumable = ResumableTraining(model, folder, MONITORED, settings.adversarial_patience)
    finished_epochs = resumable.resume()
    if finished_epochs:
        logger.info("continuing adversarial training after epoch %d", finished_epochs)
    else:
        resumable.start_from(before[f"validation/{MONITORED.removeprefix('val_')}"])
    # A critic's logits have no boundary between real and generated, so it cannot win.
    config = GANMonitorConfig() if settings.adversarial_loss.is_classifier else GANMonitorConfig(won=None)
    coverage = before[f"validation/{COVERAGE}"]
    watch = GANMonitor({COVERAGE: coverage, "policy_entropy": float(entropy)}, config)
    over = watch.stop_reason(resumable.last_logs())
    if over is not None:
        logger.warning("stopped after epoch %d: %s", finished_epochs, over)
    elif not resumable.stalled and finished_epochs < settings.adversarial_epochs:
        model.fit(
            batches.dataset(finished_epochs * batches.steps_per_epoch),
            initial_epoch=finished_epochs,
            epochs=settings.adversarial_epochs,
            steps_per_epoch=batches.steps_per_epoch,
            callbacks=[
                ValidationCallback(
                    split.validation,
                    metrics=(*VALIDATION_METRICS, COVERAGE),
                    keep_seen=run.recipe.training.keep_seen,
                ),
                resumable,
                watch,
                tf.keras.callbacks.TensorBoard(folder / "logs", write_graph=False),
                *callbacks,
            ],
            verbose=verbose,
        )
    write_outcome(
        folder,
        {"epochs": resumable.epoch, "kept_epoch": int(resumable.progress.best_epoch), "stopped": over or watch.reason},
    )


def training_report(model: AdversarialModel) -> str:
    """Returns a log line on who is trained against whom, with which loss and in which steps."""
    settings = model.settings
    steps = f"{settings.discriminator_steps} to 1" if settings.discriminator_steps > 1 else "in turn"
    return (
        f"{model.encoder.name} against a discriminator, {settings.adversarial_loss.name}, steps {steps}, "
        f"pre-training loss with weight {settings.likelihood:g}; row-sparse Adam for each side"
    )
