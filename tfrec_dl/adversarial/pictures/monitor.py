"""Monitor of picture GANs, which stops training at divergence, mode collapse, or a discriminator that has won."""

import logging
import math
from typing import Any

import tensorflow as tf
from pydantic import Field

from tfrec_dl.configurations import configuration

logger = logging.getLogger(__name__)

GENERATED = 64  # pictures on which variety is measured


@configuration
class PictureGANMonitorConfig:
    """Thresholds at which the training of a picture GAN is stopped.

    Attributes:
        collapse: variety below which the generator makes only one picture, see `PictureGANMonitor`; 0 never stops it.
        won: accuracy from which the discriminator counts as having won. None never stops training; use it for a
            Wasserstein critic, whose logits have no boundary between real and generated.
        patience: number of consecutive epochs beyond a threshold before training is stopped. Training usually starts
            with a strong discriminator and similar pictures, and recovers.
    """

    collapse: float = Field(default=0.03, ge=0, le=1)
    won: float | None = Field(default=0.98, gt=0.5, le=1)
    patience: int = Field(default=10, ge=1)


class PictureGANMonitor(tf.keras.callbacks.Callback):
    """Stops training at a non-finite loss, a discriminator that has won, or pictures that are all alike.

    Adds "variety" to the epoch's logs: the standard deviation of a pixel over generated pictures, divided by that over
    real ones.

    Args:
        deviation: standard deviation of a pixel over the real pictures, on the scale 0 to 255, averaged over the
            pixels.
        config: thresholds; default `PictureGANMonitorConfig()`.

    Attributes:
        reason: why training was stopped, in one line; None if it was not.
    """

    def __init__(self, deviation: float, config: PictureGANMonitorConfig | None = None) -> None:
        super().__init__()
        self.deviation = deviation
        self.config = config or PictureGANMonitorConfig()
        self.reason: str | None = None
        self._won = self._collapsed = 0  # consecutive epochs

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Resets the state of an earlier training."""
        self.reason, self._won, self._collapsed = None, 0, 0

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Adds the variety to the logs, and stops training with a warning if there is a reason to."""
        logs = logs if logs is not None else {}
        generated = tf.cast(self.model.generate(GENERATED), tf.float32)
        logs["variety"] = float(tf.reduce_mean(tf.math.reduce_std(generated, axis=0))) / max(self.deviation, 1e-6)
        self.reason = self._stop_reason(logs)
        if self.reason is not None:
            logger.warning("stopped after epoch %d: %s", epoch + 1, self.reason)
            self.model.stop_training = True

    def _stop_reason(self, logs: dict[str, Any]) -> str | None:
        for name in ("generator_loss", "discriminator_loss"):
            if not math.isfinite(logs[name]):
                return f"training has diverged: {name} is {logs[name]}. Try lower learning rates."
        accuracy, variety = logs["discriminator_accuracy"], logs["variety"]
        self._won = self._won + 1 if self.config.won is not None and accuracy >= self.config.won else 0
        self._collapsed = self._collapsed + 1 if variety < self.config.collapse else 0
        if self._won >= self.config.patience:
            return (
                f"the discriminator has won: it tells {accuracy:.1%} of real and generated pictures apart, and the "
                "generator learns nothing from it. Try a lower discriminator_learning_rate, more augmentation, or "
                "the least_squares loss."
            )
        if self._collapsed >= self.config.patience:
            return (
                f"mode collapse: generated pictures differ {variety:.1%} as much as real ones. Try lower learning "
                "rates, more augmentation, or the wasserstein loss."
            )
        return None
