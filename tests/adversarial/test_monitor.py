"""Games that are over are stopped with a line that says why, and the best generator is kept."""

import logging

import pytest
import tensorflow as tf
from pydantic import ValidationError

from tfrec_dl.adversarial.monitor import GameWatch, GameWatchConfig

START = {"coverage@10": 0.4, "ndcg@10": 0.1}
GOING_WELL = {
    "loss": -1.5,
    "generator_loss": -1.5,
    "discriminator_loss": 1.2,
    "discriminator_accuracy": 0.7,
    "policy_entropy": 3.0,
    "val_ndcg@10": 0.12,
    "val_coverage@10": 0.41,
}


@pytest.mark.parametrize(
    "figures",
    [
        {},
        {"val_coverage@10": 0.2},  # half of the start's: not below it
        {"val_coverage@10": 0.9},
        {"discriminator_accuracy": 0.979},
        {"discriminator_accuracy": 0.02},
        {"discriminator_loss": 0.0},
        {"generator_loss": 1e30},
    ],
)
def test_game_that_goes_on_is_let_go_on(figures):
    assert GameWatch(START).verdict(GOING_WELL | figures) is None


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ({"val_coverage@10": 0.19}, ["mode collapse", "19.0%", "40.0%", "entropy", "likelihood"]),
        (
            {"discriminator_accuracy": 0.98},
            ["discriminator has won", "98.0%", "50%", "discriminator_steps", "label_smoothing"],
        ),
        ({"generator_loss": float("nan")}, ["diverged", "generator_loss is nan", "generator_learning_rate"]),
        ({"discriminator_loss": float("-inf")}, ["diverged", "discriminator_loss is -inf"]),
        ({"loss": float("inf")}, ["diverged", "loss is inf"]),
    ],
)
def test_game_that_is_over_is_explained_in_one_line(figures, said):
    reason = GameWatch(START).verdict(GOING_WELL | figures)
    assert all(part in reason for part in said)
    assert "the best generator on validation is kept" in reason
    assert "\n" not in reason


def test_a_policy_that_has_become_certain_is_mode_collapse_though_its_lists_differ():
    watch = GameWatch(START | {"policy_entropy": 4.0})
    assert watch.verdict(GOING_WELL | {"policy_entropy": 0.41}) is None
    reason = watch.verdict(GOING_WELL | {"policy_entropy": 0.39})
    assert reason.startswith("mode collapse: the policy's entropy is 0.39 nats, 4 before the game; ")
    assert GameWatch(watch.start, GameWatchConfig(sharpened=0)).verdict(GOING_WELL | {"policy_entropy": 0.0}) is None


def test_what_is_not_measured_is_not_judged_by():
    assert GameWatch(START).verdict({}) is None
    assert GameWatch({}).verdict(GOING_WELL | {"val_coverage@10": 0.0}) is None
    assert GameWatch(START).verdict({"val_coverage@10": "", "loss": ""}) is None


def test_rows_of_a_history_are_judged_as_logs_are():
    row = {name: str(value) for name, value in GOING_WELL.items()}
    watch = GameWatch(START)
    assert watch.verdict(row) is None
    collapsed = {"val_coverage@10": 0.1}
    assert watch.verdict(row | {"val_coverage@10": "0.1"}) == watch.verdict(GOING_WELL | collapsed)
    assert "diverged" in watch.verdict(row | {"generator_loss": "nan"})


def test_thresholds_are_those_configured():
    assert GameWatch(START, GameWatchConfig(collapse=0.3)).verdict({"val_coverage@10": 0.13}) is None
    assert "mode collapse" in GameWatch(START, GameWatchConfig(collapse=0.9)).verdict({"val_coverage@10": 0.35})
    assert "has won" in GameWatch(START, GameWatchConfig(won=0.8)).verdict({"discriminator_accuracy": 0.8})
    tolerant = GameWatch(START, GameWatchConfig(collapse=0, won=None))
    assert tolerant.verdict({"val_coverage@10": 0.0, "discriminator_accuracy": 1.0}) is None


@pytest.mark.parametrize("settings", [{"collapse": -0.1}, {"collapse": 1.1}, {"won": 0.5}, {"won": 1.1}, {"wins": 0.9}])
def test_thresholds_out_of_bounds_are_refused(settings):
    with pytest.raises(ValidationError, match=next(iter(settings))):
        GameWatchConfig(**settings)


class Figures(tf.keras.callbacks.Callback):
    """Puts figures into the logs, as validation does."""

    def __init__(self, name: str, values: list[float]) -> None:
        super().__init__()
        self.name = name
        self.values = values

    def on_epoch_end(self, epoch, logs=None):
        logs[self.name] = self.values[epoch]


def test_training_stops_in_the_epoch_that_ends_the_game_and_a_warning_says_so(caplog):
    model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(1,))])
    model.compile("sgd", "mse")
    watch = GameWatch(START)
    coverage = Figures("val_coverage@10", [0.4, 0.3, 0.05, 0.4, 0.4])
    with caplog.at_level(logging.WARNING, "tfrec_dl"):
        history = model.fit(tf.zeros([4, 1]), tf.zeros([4, 1]), epochs=5, callbacks=[coverage, watch], verbose=0)
    assert history.epoch == [0, 1, 2]
    (warning,) = [record.getMessage() for record in caplog.records if record.name.startswith("tfrec_dl")]
    assert warning == f"stopped after epoch 3: {watch.reason}"
    coverage.values = [0.4, 0.4]
    model.fit(tf.zeros([4, 1]), tf.zeros([4, 1]), epochs=2, callbacks=[coverage, watch], verbose=0)
    assert watch.reason is None
