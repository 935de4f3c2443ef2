"""Exponential averages of the weights, which are validated and kept in place of the weights."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf


class AverageState(tf.Module):
    """The averages, the weights that training goes on from, and the number of steps.

    Args:
        variables: to average.
    """

    def __init__(self, variables: Sequence[tf.Variable]) -> None:
        super().__init__()
        self.averages = [tf.Variable(each, trainable=False) for each in variables]
        self.raw = [tf.Variable(each, trainable=False) for each in variables]
        self.steps = tf.Variable(0, dtype=tf.int64, trainable=False)


class WeightAverage(tf.keras.callbacks.Callback):
    """Validates, and in the end keeps, exponential averages of the trained weights.

    Source: Polyak and Juditsky, SIAM J. Control and Optimization, 1992. Training goes on from the weights, not from
    their averages. List the callback before those that read the weights when an epoch ends. Its `state` belongs into
    the checkpoint of a training that is to be continued.

    Keras's optimisers average too (`use_ema`), with one momentum from the first step on: after n steps a share of
    momentum^n of the average still is the initial weights, which a training of a few dozen steps does not get rid of.

    Args:
        momentum: share of the average that a step keeps; lower at first, so that the initial weights do not linger.
        variables: to average, where the state is to be checkpointed; default the model's, anew in each training.
    """

    def __init__(self, momentum: float, variables: Sequence[tf.Variable] | None = None) -> None:
        super().__init__()
        self.momentum = momentum
        self._is_new = variables is None
        self.state = AverageState(variables or ())

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Starts from the initial weights, unless the state is that of a training to be continued."""
        self.variables = self.model.trainable_variables
        if self._is_new:
            self.state = AverageState(self.variables)
        if not int(self.state.steps):
            for variable, average in zip(self.variables, self.state.averages, strict=True):
                average.assign(variable)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Puts the weights back that training goes on from."""
        if int(self.state.steps):
            for variable, raw in zip(self.variables, self.state.raw, strict=True):
                variable.assign(raw)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Moves the averages."""
        self.state.steps.assign_add(1)
        share = max(1 - self.momentum, 1 / (int(self.state.steps) + 1))
        for variable, average in zip(self.variables, self.state.averages, strict=True):
            average.assign_add(share * (variable - average))

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Puts the averages in place of the weights."""
        for variable, average, raw in zip(self.variables, self.state.averages, self.state.raw, strict=True):
            raw.assign(variable)
            variable.assign(average)
