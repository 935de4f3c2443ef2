import numpy as np
import pytest
import tensorflow as tf

from tfrec_dl.runs.weight_average import WeightAverage


class Seen(tf.keras.callbacks.Callback):
    """The one weight after each step, and when each epoch ends."""

    def __init__(self):
        super().__init__()
        self.steps, self.epochs = [], []

    def on_train_batch_end(self, batch, logs=None):
        self.steps.append(self.model.trainable_variables[0].numpy().item())

    def on_epoch_end(self, epoch, logs=None):
        self.epochs.append(self.model.trainable_variables[0].numpy().item())


def trained(momentum, epochs=3):
    """A weight that starts at 0 and is drawn to 10, four steps an epoch."""
    dense = tf.keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")
    model = tf.keras.Sequential([tf.keras.Input([1]), dense])
    model.compile(tf.keras.optimizers.SGD(0.1), "mse")
    seen = Seen()
    ones = np.ones((4, 1), np.float32)
    model.fit(ones, 10 * ones, batch_size=1, epochs=epochs, callbacks=[WeightAverage(momentum), seen], verbose=0)
    return seen, model.trainable_variables[0].numpy().item()


def test_epochs_end_with_the_average_and_training_goes_on_from_the_weights():
    seen, final = trained(0.5)
    plain, _ = trained(0.0)
    assert seen.steps == pytest.approx(plain.steps)
    average, expected = 0.0, []
    for step, weight in enumerate(plain.steps, start=1):
        average += max(0.5, 1 / (step + 1)) * (weight - average)
        expected.append(average)
    assert seen.epochs == pytest.approx(expected[3::4], rel=1e-5)
    assert final == seen.epochs[-1]


def test_an_average_that_keeps_nothing_is_the_weight():
    seen, _ = trained(0.0)
    assert seen.epochs == seen.steps[3::4]
