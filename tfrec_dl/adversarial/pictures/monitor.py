"""Ends a game over pictures that no longer teaches, and says why."""

import logging
import math
from typing import Any

import tensorflow as tf
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

logger = logging.getLogger(__name__)

MADE = 64  # pictures whose variety is measured


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class PictureWatchConfig:
    """When a game over pictures is over.

    Attributes:
        collapse: variety below which the generator makes one picture only, see `PictureWatch`; 0 never ends a game.
        won: accuracy of the discriminator from which on it has won. None never ends a game: choose it for a Wasserstein
            critic, whose logits have no boundary between real and made.
        patience: epochs in a row that it takes. A game begins with a discriminator that is ahead and pictures that are
            alike, and recovers.
    """

    collapse: float = Field(default=0.03, ge=0, le=1)
    won: float | None = Field(default=0.98, gt=0.5, le=1)
    patience: int = Field(default=10, ge=1)


class PictureWatch(tf.keras.callbacks.Callback):
    """Stops at a loss that is no number, a discriminator that has won or pictures that are all alike, with a line.

    Adds "variety" to the epoch's logs: the standard deviation of a pixel over made pictures, divided by that over the
    real ones.

    Args:
        deviation: of a pixel over the real pictures, in 0 to 255, mean over the pixels.
        config: when a game is over; default `PictureWatchConfig()`.

    Attributes:
        reason: why the game was stopped, one line; None while it was not.
    """

    def __init__(self, deviation: float, config: PictureWatchConfig | None = None) -> None:
        super().__init__()
        self.deviation = deviation
        self.config = config or PictureWatchConfig()
        self.reason: str | None = None
        self._won = self._collapsed = 0  # epochs in a row

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Forgets the game before."""
        self.reason, self._won, self._collapsed = None, 0, 0

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Judges the epoch, and stops the training with a warning where the game is over."""
        logs = logs if logs is not None else {}
        made = tf.cast(self.model.made(MADE), tf.float32)
        logs["variety"] = float(tf.reduce_mean(tf.math.reduce_std(made, axis=0))) / max(self.deviation, 1e-6)
        self.reason = self._verdict(logs)
        if self.reason is not None:
            logger.warning("stopped after epoch %d: %s", epoch + 1, self.reason)
            self.model.stop_training = True

    def _verdict(self, logs: dict[str, Any]) -> str | None:
        for name in ("generator_loss", "discriminator_loss"):
            if not math.isfinite(logs[name]):
                return f"the game has diverged: {name} is {logs[name]}. Try lower learning rates."
        accuracy, variety = logs["discriminator_accuracy"], logs["variety"]
        self._won = self._won + 1 if self.config.won is not None and accuracy >= self.config.won else 0
        self._collapsed = self._collapsed + 1 if variety < self.config.collapse else 0
        if self._won >= self.config.patience:
            return (
                f"the discriminator has won: it tells {accuracy:.1%} of real and made pictures apart, and the "
                "generator learns nothing from it. Try a lower discriminator_learning_rate, more augmentation, or "
                "the least_squares loss."
            )
        if self._collapsed >= self.config.patience:
            return (
                f"mode collapse: made pictures differ {variety:.1%} as much as real ones. Try lower learning rates, "
                "more augmentation, or the wasserstein loss."
            )
        return None
