"""Adversarial training: its logs, what stops it, which generator is kept, resuming after a kill."""

import logging
import shutil
from pathlib import Path

import pytest
import tensorflow as tf
from tensorboard.compat.proto import event_pb2

from tests.runs.runs import CopiesTheRun, Interrupts, assert_same_outcome, figures_of, history
from tests.synthetic import cyclic_interactions
from tfrec_dl.adversarial.outcome import read_outcome
from tfrec_dl.data.source import DataSource
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.evaluate import evaluate
from tfrec_dl.families.run import Run
from tfrec_dl.lifecycle.export import export
from tfrec_dl.lifecycle.train import train
from tfrec_dl.metrics import NDCG
from tfrec_dl.recipes.named import RECIPES
from tfrec_dl.recipes.recipe import Recipe

FIGURES = ("generator_loss", "discriminator_loss", "discriminator_accuracy", "policy_entropy")
TRAINING = {"training.epochs": 2, "training.batch_size": 16, "training.max_length": 8, "training.learning_rate": 0.02}
SETTINGS = {
    "irgan": {
        **{"generator": "simple_rnn", "discriminator": "simple_rnn"},  # the quickest to build
        **{"dimension": 8, "body.units": 8, "context": 0},
    },
    "cfgan": {"generator.units": (16,), "discriminator_units": (16,)},
}


def gan(name: str, **settings: object) -> Recipe:
    return RECIPES[name].with_settings({**TRAINING, **SETTINGS[name], **settings})


@pytest.fixture(scope="module")
def long_cycle(tmp_path_factory) -> DataSource:
    """So many items that a generator which collapses shows few of them."""
    path = tmp_path_factory.mktemp("data") / "long_cycle.csv"
    cyclic_interactions(users=120, items=60, length=10).to_csv(path, index=False)
    return DataSource(str(path))


def trained(name: str, source: DataSource, folder: Path, *callbacks: tf.keras.callbacks.Callback, **settings) -> Run:
    recipe = gan(name, **{"adversarial_epochs": 4, "adversarial_patience": 4, **settings})
    return train(recipe, source, folder, callbacks, verbose=0)


@pytest.fixture(scope="module", params=["irgan", "cfgan"])
def ended(request, source, tmp_path_factory) -> Run:
    """A training that went well enough to reach its last epoch; beside it what a kill in epoch 1 or 3 would leave."""
    folder = tmp_path_factory.mktemp("runs") / request.param
    copies = [CopiesAdversarialRun(epoch, folder, folder.with_name(f"killed_in_{epoch}")) for epoch in (1, 3)]
    return trained(request.param, source, folder, *copies)


def scalars(folder: Path) -> dict[str, list[float]]:
    """Tag -> values by step, of TensorBoard's files."""
    found: dict[str, list[float]] = {}
    for path in sorted(folder.rglob("events.out.tfevents.*")):
        for record in tf.data.TFRecordDataset(str(path)).as_numpy_iterator():
            for value in event_pb2.Event.FromString(record).summary.value:
                found.setdefault(value.tag, []).append(float(tf.make_ndarray(value.tensor)))
    return found


def test_history_and_tensorboard_hold_the_metrics(ended):
    rows, logged = figures_of(ended.folder), scalars(ended.folder / "logs")
    assert [row["epoch"] for row in rows] == list(range(1, len(rows) + 1))
    for name in FIGURES:
        assert logged[f"epoch_{name}"] == pytest.approx([row[name] for row in rows])
    for name in ("ndcg@10", "coverage@10"):
        assert logged[f"epoch_{name}"] == pytest.approx([row[f"val_{name}"] for row in rows])
    for row in rows:
        assert 0.0 <= row["discriminator_accuracy"] <= 1.0
        assert 0.0 < row["policy_entropy"] < 3.0  # log of 20 items: 2.996
        assert 0.0 < row["val_coverage@10"] <= 1.0


def assert_best_generator_is_kept(run: Run) -> None:
    start = Run.open(run.folder / "start")
    figures = [start.metrics()["validation/ndcg@10"], *(float(row["val_ndcg@10"]) for row in history(run.folder))]
    split = run.split()
    kept = evaluate(run.model(), split.validation, split.vocabulary, metrics=[NDCG(10)]).means()["ndcg@10"]
    assert kept == pytest.approx(max(figures), abs=1e-6)
    assert run.metrics()["validation/ndcg@10"] == pytest.approx(max(figures), abs=1e-6)


def test_the_best_generator_on_validation_is_kept(ended):
    assert_best_generator_is_kept(ended)


def test_outcome_says_how_many_epochs_there_were_and_which_is_kept(ended, tmp_path):
    outcome, rows = read_outcome(ended.folder), figures_of(ended.folder)
    assert outcome["epochs"] == len(rows)
    assert 0 <= outcome["kept_epoch"] <= len(rows)
    assert outcome["stopped"] is None
    shutil.copy(ended.folder / "adversarial.json", tmp_path / "game.json")  # its name in earlier versions
    assert read_outcome(tmp_path) == outcome


def warned(caplog) -> str:
    """The one warning there was."""
    (warning,) = [record.getMessage() for record in caplog.records if record.name.startswith("tfrec_dl")]
    assert "\n" not in warning
    return warning


class InterruptsAdversarialTraining(Interrupts):
    """Breaks off in an adversarial epoch, not in one of pre-training."""

    def on_train_batch_end(self, batch, logs=None):
        if "discriminator_accuracy" in logs:
            super().on_train_batch_end(batch, logs)


class CopiesAdversarialRun(CopiesTheRun, InterruptsAdversarialTraining):
    """In an epoch of the adversarial training."""


class RewardsThePopular(tf.keras.callbacks.Callback):
    """Puts the popularity of items, whoever asks, in place of what the discriminator has learnt."""

    def on_train_begin(self, logs=None):
        discriminator = getattr(self.model, "discriminator", None)
        for variable in [] if discriminator is None else discriminator.trainable_variables:
            size = self.model.vocabulary.size
            popularity = tf.linspace([10.0], [0.0], size)  # the vocabulary begins with the most popular
            variable.assign(popularity if variable.shape == [size, 1] else tf.zeros_like(variable))


def test_a_generator_that_shows_everybody_the_same_items_is_stopped_and_not_kept(long_cycle, tmp_path, caplog):
    well_trained = {"training.epochs": 4, "training.learning_rate": 0.05, "embedding_dropout": 0, "state_dropout": 0}
    settings = {"likelihood": 0, "entropy": 0.3, "generator_learning_rate": 0.1, "discriminator_learning_rate": 1e-9}
    with caplog.at_level(logging.WARNING, "tfrec_dl"):
        run = trained("irgan", long_cycle, tmp_path / "run", RewardsThePopular(), **well_trained, **settings)
    assert_collapsed(run, caplog)


def test_a_generator_of_vectors_that_diverges_is_stopped_and_not_trained_on(long_cycle, tmp_path, caplog):
    """Steps far too long, and nothing that holds the vectors to the data."""
    settings = {"likelihood": 0, "zero_reconstruction": 0, "generator_learning_rate": 1.0}
    with caplog.at_level(logging.WARNING, "tfrec_dl"):
        run = trained("cfgan", long_cycle, tmp_path / "run", **settings)
    assert_collapsed(run, caplog)

    # Interrupted before it was measured, training has stopped all the same.
    metrics, rows = run.metrics(), history(run.folder)
    (run.folder / "metrics.json").unlink()
    trained("cfgan", long_cycle, run.folder, InterruptsAdversarialTraining(len(rows) + 1), **settings)
    assert run.metrics() == metrics
    assert history(run.folder) == rows


def assert_collapsed(run: Run, caplog) -> None:
    rows = figures_of(run.folder)
    assert len(rows) < 4
    before = Run.open(run.folder / "start").metrics()["validation/coverage@10"]
    assert rows[-1]["val_coverage@10"] < 0.5 * before
    warning = warned(caplog)
    assert f"stopped after epoch {len(rows)}: mode collapse" in warning
    assert f"{rows[-1]['val_coverage@10']:.1%}" in warning
    assert f"{before:.1%}" in warning
    assert_best_generator_is_kept(run)
    assert run.metrics()["validation/coverage@10"] > rows[-1]["val_coverage@10"]


@pytest.mark.parametrize("name", ["irgan", "cfgan"])
def test_a_discriminator_that_has_won_stops_training(name, long_cycle, tmp_path, caplog):
    """On a cycle one item is right and all others wrong: easily told from a generator that hardly moves."""
    settings = {"discriminator_steps": 3, "discriminator_learning_rate": 0.05, "generator_learning_rate": 1e-9}
    settings |= {"adversarial_epochs": 8, "adversarial_patience": 8}
    if name == "irgan":
        settings |= {
            "dimension": 16,
            "body.units": 16,
            "embedding_dropout": 0,
            "state_dropout": 0,
            "training.epochs": 1,
        }
    with caplog.at_level(logging.WARNING, "tfrec_dl"):
        run = trained(name, long_cycle, tmp_path / "run", **settings)
    rows = figures_of(run.folder)
    assert len(rows) < 8
    assert (
        rows[-1]["discriminator_accuracy"]
        >= 0.98
        > max([row["discriminator_accuracy"] for row in rows[:-1]], default=0)
    )
    warning = warned(caplog)
    assert f"stopped after epoch {len(rows)}: the discriminator has won" in warning
    assert f"{rows[-1]['discriminator_accuracy']:.1%}" in warning
    assert_best_generator_is_kept(run)


def test_a_training_that_was_killed_called_again_ends_as_if_it_had_not_been(ended, source):
    name = ended.recipe.name
    for epoch in {"irgan": (3,), "cfgan": (1, 3)}[name]:
        folder = ended.folder.with_name(f"killed_in_{epoch}")
        assert Run.open(folder / "start").finished
        assert not Run.open(folder).finished
        trained(name, source, folder)
        assert_same_outcome(folder, ended)
        assert_same_outcome(folder / "start", Run.open(ended.folder / "start"))


def test_a_generator_of_items_users_is_trained_measured_and_not_exported(source, tmp_path):
    settings = {"training.epochs": 1, "adversarial_epochs": 1, "reads": "users", "reconstruction": "gaussian"}
    run = trained("cfgan", source, tmp_path / "run", **settings)
    assert_best_generator_is_kept(Run.open(run.folder))
    with pytest.raises(InputError, match="reads=items"):
        export(run, tmp_path / "served")
    assert not (tmp_path / "served").exists()
