"""Monitor of adversarial training: stops it at divergence, mode collapse or a discriminator that has won."""

import logging
import math
from collections.abc import Mapping
from typing import Any

import tensorflow as tf
from pydantic import Field

from tfrec_dl.configurations import configuration

logger = logging.getLogger(__name__)

COVERAGE = "coverage@10"
ACCURACY = "discriminator_accuracy"
ENTROPY = "policy_entropy"
LOSSES = ("generator_loss", "discriminator_loss", "loss")
KEPT = "the best generator on validation is kept"


@configuration
class GANMonitorConfig:
    """Thresholds at which adversarial training is stopped.

    Attributes:
        collapse: share of the catalogue coverage before adversarial training; below it the generator's modes have
            collapsed. 0 never stops it.
        sharpened: share of the policy's entropy before adversarial training; below it the modes have collapsed too, for
            sampling is then nearly deterministic. 0 never stops it.
        won: accuracy of the discriminator from which on it has won. None never stops training: choose it for a
            Wasserstein critic, whose logits have no boundary between real and generated.
    """

    collapse: float = Field(default=0.5, ge=0, le=1)
    sharpened: float = Field(default=0.1, ge=0, le=1)
    won: float | None = Field(default=0.98, gt=0.5, le=1)


class GANMonitor(tf.keras.callbacks.Callback):
    """Stops training at mode collapse, a discriminator that has won or a loss that is not finite, and logs why.

    List it after `ValidationCallback`, which must compute `CatalogueCoverage(10)`, and after whatever keeps the best
    epoch's weights.

    Args:
        start: metrics before adversarial training: "coverage@10" on validation and "policy_entropy"; one that is
            missing is not checked.
        config: thresholds; default `GANMonitorConfig()`.

    Attributes:
        reason: why training was stopped, one line; None while it was not.
    """

    def __init__(self, start: Mapping[str, float], config: GANMonitorConfig | None = None) -> None:
        super().__init__()
        self.start = dict(start)
        self.config = config or GANMonitorConfig()
        self.reason: str | None = None

    def stop_reason(self, logs: Mapping[str, Any]) -> str | None:
        """Reason to stop after an epoch, by its metrics alone: after an interruption a row of `history.csv` will do.

        Args:
            logs: metrics of the epoch; those that are missing, or "", are not checked.

        Returns:
            One line on what happened and what to try; None where training can go on.
        """
        for name in LOSSES:
            loss = _value(logs, name)
            if loss is not None and not math.isfinite(loss):
                return (
                    f"adversarial training has diverged: {name} is {loss}; {KEPT}. "
                    "Try a lower generator_learning_rate and discriminator_learning_rate."
                )
        covered, before = _value(logs, f"val_{COVERAGE}"), _value(self.start, COVERAGE)
        if covered is not None and before is not None and covered < self.config.collapse * before:
            return (
                f"mode collapse: the lists of 10 show {covered:.1%} of the items, {before:.1%} before adversarial "
                f"training; {KEPT}. Try a lower generator_learning_rate, or a higher weight of entropy or likelihood."
            )
        entropy, before = _value(logs, ENTROPY), _value(self.start, ENTROPY)
        if entropy is not None and before is not None and entropy < self.config.sharpened * before:
            return (
                f"mode collapse: the policy's entropy is {entropy:.3g} nats, {before:.3g} before adversarial training; "
                f"{KEPT}. Try a lower generator_learning_rate, or a higher weight of entropy or likelihood."
            )
        accuracy = _value(logs, ACCURACY)
        if accuracy is not None and self.config.won is not None and accuracy >= self.config.won:
            return (
                f"the discriminator has won: it classifies correctly in {accuracy:.1%} of cases, where guessing "
                f"gives 50%, and the generator learns nothing from it; {KEPT}. Try fewer discriminator_steps, a lower "
                "discriminator_learning_rate, label_smoothing, or a higher generator_learning_rate."
            )
        return None

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Forgets an earlier training."""
        self.reason = None

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Stops the training with a warning where there is a reason to."""
        self.reason = self.stop_reason(logs or {})
        if self.reason is not None:
            logger.warning("stopped after epoch %d: %s", epoch + 1, self.reason)
            self.model.stop_training = True


def _value(metrics: Mapping[str, Any], name: str) -> float | None:
    value = metrics.get(name)
    return None if value is None or value == "" else float(value)
