"""Averages of the weights over the last steps, in place of the weights themselves when they are looked at."""

from typing import Any

import tensorflow as tf


class WeightAverage(tf.keras.callbacks.Callback):
    """Validates, and in the end keeps, exponential averages of the trained weights.

    Source: Polyak and Juditsky, SIAM J. Control and Optimization, 1992. The weights go on from where they were when an
    epoch begins. List the callback before those that look at the weights when an epoch ends.

    Keras's optimisers average too (`use_ema`), with one momentum from the first step on: after n steps a share of
    momentum^n of the average still is the initial weights, which a training of a few dozen steps does not get rid of.

    Args:
        momentum: share of the average that a step keeps; lower at first, so that the initial weights do not linger.
    """

    def __init__(self, momentum: float) -> None:
        super().__init__()
        self.momentum = momentum

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Starts from the initial weights."""
        self.variables = self.model.trainable_variables
        self.averages = [tf.Variable(each, trainable=False) for each in self.variables]
        self.raw = [tf.Variable(each, trainable=False) for each in self.variables]
        self.steps = 0
        self._copied = False

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Puts the weights back that training goes on from."""
        if self._copied:
            for variable, raw in zip(self.variables, self.raw, strict=True):
                variable.assign(raw)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Moves the averages."""
        self.steps += 1
        share = max(1 - self.momentum, 1 / (self.steps + 1))
        for variable, average in zip(self.variables, self.averages, strict=True):
            average.assign_add(share * (variable - average))

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Puts the averages in place of the weights."""
        for variable, average, raw in zip(self.variables, self.averages, self.raw, strict=True):
            raw.assign(variable)
            variable.assign(average)
        self._copied = True
