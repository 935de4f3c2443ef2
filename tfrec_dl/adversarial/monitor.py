"""Monitor that stops adversarial training at divergence, mode collapse, or a discriminator that has won."""

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
        collapse: share of the catalogue coverage before adversarial training below which the generator has suffered
            mode collapse. 0 never stops it.
        sharpened: share of the policy's entropy before adversarial training below which this also counts as mode
            collapse, because sampling is then nearly deterministic. 0 never stops it.
        won: accuracy from which the discriminator counts as having won. None never stops training; use it for a
            Wasserstein critic, whose logits have no boundary between real and generated.
    """

    collapse: float = Field(default=0.5, ge=0, le=1)
    sharpened: float = Field(default=0.1, ge=0, le=1)
    won: float | None = Field(default=0.98, gt=0.5, le=1)


class GANMonitor(tf.keras.callbacks.Callback):
    """Stops training at mode collapse, a discriminator that has won, or a non-finite loss, and logs the reason.

    List it after `ValidationCallback`, which must compute `CatalogueCoverage(10)`, and after the callback that keeps
    the best epoch's weights.

    Args:
        start: metrics before adversarial training: "coverage@10" on validation and "policy_entropy"; a missing one is
            not checked.
        config: thresholds; default `GANMonitorConfig()`.

    Attributes:
        reason: why training was stopped, in one line; None if it was not.
    """

    def __init__(self, start: Mapping[str, float], config: GANMonitorConfig | None = None) -> None:
        super().__init__()
        self.start = dict(start)
        self.config = config or GANMonitorConfig()
        self.reason: str | None = None

    def stop_reason(self, logs: Mapping[str, Any]) -> str | None:
        """Returns a reason to stop after an epoch, based only on its metrics, so that a row of `history.csv` suffices.

        Args:
            logs: metrics of the epoch; those that are missing, or "", are not checked.

        Returns:
            One line on what happened and what to try; None if training can continue.
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
        """Resets the state of an earlier training."""
        self.reason = None

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Stops training with a warning if there is a reason to."""
        self.reason = self.stop_reason(logs or {})
        if self.reason is not None:
            logger.warning("stopped after epoch %d: %s", epoch + 1, self.reason)
            self.model.stop_training = True


def _value(metrics: Mapping[str, Any], name: str) -> float | None:
    value = metrics.get(name)
    return None if value is None or value == "" else float(value)
