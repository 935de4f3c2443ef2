"""Ends a game of generator and discriminator that no longer teaches, and says why."""

import logging
import math
from collections.abc import Mapping
from typing import Any

import tensorflow as tf
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

logger = logging.getLogger(__name__)

COVERAGE = "coverage@10"
ACCURACY = "discriminator_accuracy"
ENTROPY = "policy_entropy"
LOSSES = ("generator_loss", "discriminator_loss", "loss")
KEPT = "the best generator on validation is kept"


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class GameWatchConfig:
    """When a game is over.

    Attributes:
        collapse: share of the catalogue coverage from before the game; below it the generator's modes have collapsed.
            0 never ends a game.
        sharpened: share of the policy's entropy from before the game; below it the modes have collapsed too, for then
            what is drawn is nearly certain. 0 never ends a game.
        won: accuracy of the discriminator from which on it has won. None never ends a game: choose it for a Wasserstein
            critic, whose logits have no boundary between real and made.
    """

    collapse: float = Field(default=0.5, ge=0, le=1)
    sharpened: float = Field(default=0.1, ge=0, le=1)
    won: float | None = Field(default=0.98, gt=0.5, le=1)


class GameWatch(tf.keras.callbacks.Callback):
    """Stops at mode collapse, a discriminator that has won or a loss that is no number, with a line that says so.

    List it after `ValidationCallback`, which must compute `CatalogueCoverage(10)`, and after whatever keeps the best
    epoch's weights.

    Args:
        start: figures from before the game: "coverage@10" on validation and "policy_entropy"; without one it is not
            looked at.
        config: when a game is over; default `GameWatchConfig()`.

    Attributes:
        reason: why the game was stopped, one line; None while it was not.
    """

    def __init__(self, start: Mapping[str, float], config: GameWatchConfig | None = None) -> None:
        super().__init__()
        self.start = dict(start)
        self.config = config or GameWatchConfig()
        self.reason: str | None = None

    def verdict(self, logs: Mapping[str, Any]) -> str | None:
        """Judges an epoch by its figures alone, so that a row of `history.csv` will do after an interruption.

        Args:
            logs: figures of the epoch; those that are missing, or "", are not judged by.

        Returns:
            One line on what happened and what to try; None where the game can go on.
        """
        for name in LOSSES:
            loss = _figure(logs, name)
            if loss is not None and not math.isfinite(loss):
                return (
                    f"the game has diverged: {name} is {loss}; {KEPT}. "
                    "Try a lower generator_learning_rate and discriminator_learning_rate."
                )
        covered, before = _figure(logs, f"val_{COVERAGE}"), _figure(self.start, COVERAGE)
        if covered is not None and before is not None and covered < self.config.collapse * before:
            return (
                f"mode collapse: the lists of 10 show {covered:.1%} of the items, {before:.1%} before the game; {KEPT}"
                ". Try a lower generator_learning_rate, or a higher weight of entropy or likelihood."
            )
        entropy, before = _figure(logs, ENTROPY), _figure(self.start, ENTROPY)
        if entropy is not None and before is not None and entropy < self.config.sharpened * before:
            return (
                f"mode collapse: the policy's entropy is {entropy:.3g} nats, {before:.3g} before the game; {KEPT}"
                ". Try a lower generator_learning_rate, or a higher weight of entropy or likelihood."
            )
        accuracy = _figure(logs, ACCURACY)
        if accuracy is not None and self.config.won is not None and accuracy >= self.config.won:
            return (
                f"the discriminator has won: it tells real from made in {accuracy:.1%} of cases, where guessing gives "
                f"50%, and the generator learns nothing from it; {KEPT}. Try fewer discriminator_steps, a lower "
                "discriminator_learning_rate, label_smoothing, or a higher generator_learning_rate."
            )
        return None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Forgets the game before."""
        self.reason = None

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Stops the training and warns where the game is over."""
        self.reason = self.verdict(logs or {})
        if self.reason is not None:
            logger.warning("stopped after epoch %d: %s", epoch + 1, self.reason)
            self.model.stop_training = True


def _figure(figures: Mapping[str, Any], name: str) -> float | None:
    value = figures.get(name)
    return None if value is None or value == "" else float(value)
