"""From the recipe of a game and a table to a finished run: pre-trained networks, then the game."""

import logging
from collections.abc import Sequence
from pathlib import Path

import tensorflow as tf

from tfrec_dl.adversarial.build import build_adversarial, discriminator_recipe, generator_recipe
from tfrec_dl.adversarial.configuration import IRGANConfig
from tfrec_dl.adversarial.losses import Wasserstein
from tfrec_dl.adversarial.model import AdversarialModel
from tfrec_dl.adversarial.monitor import COVERAGE, GANMonitor, GANMonitorConfig
from tfrec_dl.adversarial.outcome import write_outcome
from tfrec_dl.adversarial.settings import AdversarialTraining
from tfrec_dl.data.source import DataSource
from tfrec_dl.data.splits.split import Split
from tfrec_dl.data.training.batches import Batches
from tfrec_dl.evaluation.measure import measure, measure_cold, measure_gain
from tfrec_dl.files import locked, write_json
from tfrec_dl.recipes.configuration import check_kind
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.build import build_model, model_class
from tfrec_dl.retrieval.fit import MONITORED, training_batches
from tfrec_dl.retrieval.run import DISCRIMINATOR, START, Run
from tfrec_dl.retrieval.train import trained_network
from tfrec_dl.retrieval.validation import VALIDATION_METRICS, ValidationCallback
from tfrec_dl.runs.optimisers import RowSparseAdam
from tfrec_dl.runs.resumable import ResumableTraining, restore_best

logger = logging.getLogger(__name__)


def train_adversarial(
    recipe: Recipe,
    source: DataSource,
    folder: Path,
    callbacks: Sequence[tf.keras.callbacks.Callback] = (),
    verbose: str | int = "auto",
) -> Run:
    """`train` for a game: generator and discriminator each in a run of its own, below FOLDER, then the game.

    FOLDER/start is the run of the generator before the game. The figures of the run stand beside it: "test_gain/..." is
    what the game added, with paired intervals. The generator of the best epoch on validation is kept, and that is the
    one before the game where no epoch is better.
    """
    check_kind(recipe.model, source.items)
    interactions, items, users = source.read(), source.read_items(), source.read_users()
    source.coverage(interactions, items, users)  # refuses features of others before anything is written
    split = source.divide(interactions, items)
    # Refuses what cannot be built or trained before anything is written.
    for network in (generator_recipe(recipe), discriminator_recipe(recipe)):
        if network is not None:
            build_model(network, split.vocabulary, items, users)
    batches = training_batches(model_class(recipe.model).batches, split, recipe.training, user_ids=users is not None)

    run = Run.begin(folder, recipe, source, interactions, split.vocabulary, {"items": items, "users": users})
    with locked(folder / "config.json"):
        plain = source.absolute()  # a source that says what it reads has said it already
        logger.info("generator, before the game")
        start = trained_network(generator_recipe(recipe), plain, folder / START, callbacks, verbose)
        judge_recipe, judge_folder = discriminator_recipe(recipe), folder / START
        if judge_recipe is not None:
            logger.info("discriminator, before the game")
            judge_folder = folder / DISCRIMINATOR
            trained_network(judge_recipe, plain, judge_folder, callbacks, verbose)
        tf.keras.utils.set_random_seed(recipe.training.seed)
        generator = Run.open(folder / START).retrieval_model()
        judge = Run.open(judge_folder).retrieval_model() if isinstance(recipe.model, IRGANConfig) else None
        game = build_adversarial(recipe, generator, judge)
        _play(game, split, batches, run, callbacks, verbose)
        restore_best(generator, folder)
        figures = measure(generator, split) | measure_gain(generator, start, split)
        if source.split == "cold-start":
            figures |= measure_cold(generator, source.hold_out(interactions, items))
        write_json(folder / "metrics.json", figures)
    return run


def compile_adversarial(game: AdversarialModel, settings: AdversarialTraining) -> None:
    """Compiles a game with a row-sparse Adam for each side, at the learning rates of its settings."""
    game.compile(
        generator_optimizer=RowSparseAdam(settings.generator_learning_rate),
        discriminator_optimizer=RowSparseAdam(settings.discriminator_learning_rate),
    )


def _play(
    game: AdversarialModel,
    split: Split,
    batches: Batches,
    run: Run,
    callbacks: Sequence[tf.keras.callbacks.Callback],
    verbose: str | int,
) -> None:
    """Plays from the run's last checkpoint on; the generator before the game counts as epoch 0.

    Writes adversarial.json: the epochs trained, the one that is kept, and why the game was stopped, if it was.
    """
    settings, folder = game.settings, run.folder
    before = Run.open(folder / START).metrics()
    compile_adversarial(game, settings)
    # While the generator is the one before the game.
    entropy = game.generator_step(next(iter(batches.dataset())), tf.constant([0, 0])).entropy
    resumable = ResumableTraining(game, folder, MONITORED, settings.adversarial_patience)
    finished_epochs = resumable.resume()
    if finished_epochs:
        logger.info("continuing the game after epoch %d", finished_epochs)
    else:
        resumable.start_from(before[f"validation/{MONITORED.removeprefix('val_')}"])
    # A critic's logits have no boundary between real and made, so it cannot win.
    config = GANMonitorConfig(won=None) if isinstance(settings.adversarial_loss, Wasserstein) else GANMonitorConfig()
    coverage = before[f"validation/{COVERAGE}"]
    watch = GANMonitor({COVERAGE: coverage, "policy_entropy": float(entropy)}, config)
    over = watch.stop_reason(resumable.last_logs())
    if over is not None:
        logger.warning("stopped after epoch %d: %s", finished_epochs, over)
    elif not resumable.stalled and finished_epochs < settings.adversarial_epochs:
        game.fit(
            batches.dataset(finished_epochs * batches.steps_per_epoch),
            initial_epoch=finished_epochs,
            epochs=settings.adversarial_epochs,
            steps_per_epoch=batches.steps_per_epoch,
            callbacks=[
                ValidationCallback(split.validation, metrics=(*VALIDATION_METRICS, COVERAGE)),
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
