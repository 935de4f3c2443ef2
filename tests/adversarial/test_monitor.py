"""GAN monitor: what stops adversarial training, the line that says why, and the best generator that is kept."""

import logging

import pytest
import tensorflow as tf

from tfrec_dl.adversarial.monitor import GANMonitor, GANMonitorConfig
from tfrec_dl.errors import InputError

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
def test_training_that_goes_well_is_not_stopped(figures):
    assert GANMonitor(START).stop_reason(GOING_WELL | figures) is None


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
def test_reason_to_stop_is_one_line(figures, said):
    reason = GANMonitor(START).stop_reason(GOING_WELL | figures)
    assert all(part in reason for part in said)
    assert "the best generator on validation is kept" in reason
    assert "\n" not in reason


def test_a_policy_that_has_become_certain_is_mode_collapse_though_its_lists_differ():
    monitor = GANMonitor(START | {"policy_entropy": 4.0})
    assert monitor.stop_reason(GOING_WELL | {"policy_entropy": 0.41}) is None
    reason = monitor.stop_reason(GOING_WELL | {"policy_entropy": 0.39})
    assert reason.startswith("mode collapse: the policy's entropy is 0.39 nats, 4 before adversarial training; ")
    never = GANMonitor(monitor.start, GANMonitorConfig(sharpened=0))
    assert never.stop_reason(GOING_WELL | {"policy_entropy": 0.0}) is None


def test_metrics_that_are_missing_are_not_checked():
    assert GANMonitor(START).stop_reason({}) is None
    assert GANMonitor({}).stop_reason(GOING_WELL | {"val_coverage@10": 0.0}) is None
    assert GANMonitor(START).stop_reason({"val_coverage@10": "", "loss": ""}) is None


def test_rows_of_a_history_are_checked_as_logs_are():
    row = {name: str(value) for name, value in GOING_WELL.items()}
    monitor = GANMonitor(START)
    assert monitor.stop_reason(row) is None
    collapsed = {"val_coverage@10": 0.1}
    assert monitor.stop_reason(row | {"val_coverage@10": "0.1"}) == monitor.stop_reason(GOING_WELL | collapsed)
    assert "diverged" in monitor.stop_reason(row | {"generator_loss": "nan"})


def test_thresholds_are_those_configured():
    assert GANMonitor(START, GANMonitorConfig(collapse=0.3)).stop_reason({"val_coverage@10": 0.13}) is None
    assert "mode collapse" in GANMonitor(START, GANMonitorConfig(collapse=0.9)).stop_reason({"val_coverage@10": 0.35})
    assert "has won" in GANMonitor(START, GANMonitorConfig(won=0.8)).stop_reason({"discriminator_accuracy": 0.8})
    tolerant = GANMonitor(START, GANMonitorConfig(collapse=0, won=None))
    assert tolerant.stop_reason({"val_coverage@10": 0.0, "discriminator_accuracy": 1.0}) is None


@pytest.mark.parametrize("settings", [{"collapse": -0.1}, {"collapse": 1.1}, {"won": 0.5}, {"won": 1.1}, {"wins": 0.9}])
def test_thresholds_out_of_bounds_are_refused(settings):
    with pytest.raises(InputError, match=next(iter(settings))):
        GANMonitorConfig(**settings)


class Figures(tf.keras.callbacks.Callback):
    """Puts figures into the logs, as validation does."""

    def __init__(self, name: str, values: list[float]) -> None:
        super().__init__()
        self.name = name
        self.values = values

    def on_epoch_end(self, epoch, logs=None):
        logs[self.name] = self.values[epoch]


def test_training_stops_in_the_epoch_that_gives_the_reason_with_a_warning(caplog):
    model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(1,))])
    model.compile("sgd", "mse")
    monitor = GANMonitor(START)
    coverage = Figures("val_coverage@10", [0.4, 0.3, 0.05, 0.4, 0.4])
    with caplog.at_level(logging.WARNING, "tfrec_dl"):
        history = model.fit(tf.zeros([4, 1]), tf.zeros([4, 1]), epochs=5, callbacks=[coverage, monitor], verbose=0)
    assert history.epoch == [0, 1, 2]
    (warning,) = [record.getMessage() for record in caplog.records if record.name.startswith("tfrec_dl")]
    assert warning == f"stopped after epoch 3: {monitor.reason}"
    coverage.values = [0.4, 0.4]
    model.fit(tf.zeros([4, 1]), tf.zeros([4, 1]), epochs=2, callbacks=[coverage, monitor], verbose=0)
    assert monitor.reason is None
