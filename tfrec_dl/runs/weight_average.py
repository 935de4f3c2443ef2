"""Exponential averages of the weights, which are validated and kept in place of the weights."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf


class AverageState(tf.Module):
    """The averages, the weights from which training continues, and the number of steps.

    Args:
        variables: variables to average.
    """

    def __init__(self, variables: Sequence[tf.Variable]) -> None:
        super().__init__()
        self.averages = [tf.Variable(each, trainable=False) for each in variables]
        self.raw = [tf.Variable(each, trainable=False) for each in variables]
        self.steps = tf.Variable(0, dtype=tf.int64, trainable=False)


class WeightAverage(tf.keras.callbacks.Callback):
    """Validates, and keeps at the end, exponential averages of the trained weights.

    Source: Polyak and Juditsky, SIAM J. Control and Optimization, 1992. Training continues from the weights, not from
    their averages. List the callback before those that read the weights at the end of an epoch. To resume a training,
    its checkpoint must include the callback's `state`.

    Keras's optimizers also average weights (`use_ema`), with a constant momentum from the first step on. After n steps,
    a share of momentum^n of the average is still the initial weights, which is too much for a training of a few dozen
    steps.

    Args:
        momentum: share of the average kept at each step; lower at first, so that the initial weights fade quickly.
        variables: variables to average, if the state is checkpointed; by default the model's, started anew in each
            training.
    """

    def __init__(self, momentum: float, variables: Sequence[tf.Variable] | None = None) -> None:
        super().__init__()
        self.momentum = momentum
        self._is_new = variables is None
        self.state = AverageState(variables or ())

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Starts from the initial weights, unless the state comes from a training to resume."""
        self.variables = self.model.trainable_variables
        if self._is_new:
            self.state = AverageState(self.variables)
        if not int(self.state.steps):
            for variable, average in zip(self.variables, self.state.averages, strict=True):
                average.assign(variable)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Restores the weights from which training continues."""
        if int(self.state.steps):
            for variable, raw in zip(self.variables, self.state.raw, strict=True):
                variable.assign(raw)

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Updates the averages."""
        self.state.steps.assign_add(1)
        share = max(1 - self.momentum, 1 / (int(self.state.steps) + 1))
        for variable, average in zip(self.variables, self.state.averages, strict=True):
            average.assign_add(share * (variable - average))

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Replaces the weights by the averages."""
        for variable, average, raw in zip(self.variables, self.state.averages, self.state.raw, strict=True):
            raw.assign(variable)
            variable.assign(average)
