"""Click objective: whether an impression is clicked."""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf
from pydantic import Field, model_validator
from typing_extensions import Self

from tfrec_dl.configurations import configuration
from tfrec_dl.layers.plain import Shift
from tfrec_dl.ranking.data.feedback import CLICK
from tfrec_dl.ranking.objectives.losses import binary_losses, list_losses, log_odds
from tfrec_dl.ranking.objectives.objective import CLICK_OBJECTIVES, Objective


@CLICK_OBJECTIVES.register("click")
@configuration
class Click(Objective):
    """Binary cross-entropy, losses over a list's candidates, or both.

    Cross-entropy makes the sigmoid of a logit a probability. The softmax trains the order of a list and leaves the
    level of the logits open. Their sum is a compromise. The regression-compatible loss also trains the order, and like
    cross-entropy it is minimal if the sigmoids are the probabilities (Bai et al., Regression Compatible Listwise
    Objectives for Calibrated Ranking with Binary Relevance, CIKM 2023, equation 9).

    Attributes:
        weight: weight among the objectives.
        pointwise: weight of the binary cross-entropy, a mean over rows.
        listwise: weight of the softmax loss over a list's logits, a mean over lists (see `list_losses`).
        regression_compatible: weight of the same loss on the logarithms of the sigmoids, so that shares of a list are
            proportional to the predicted probabilities.
    """

    weight: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    pointwise: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    listwise: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    regression_compatible: float = Field(default=0.0, ge=0, allow_inf_nan=False)

    @model_validator(mode="after")
    def _has_a_loss(self) -> Self:
        if not self.pointwise + self.listwise + self.regression_compatible:
            raise ValueError("pointwise, listwise and regression_compatible are all 0: give one of them a weight")
        return self

    def levels(self, labels: Mapping[str, np.ndarray]) -> np.ndarray:
        """Returns [1] float32: the log-odds of a click among the training impressions, the meaning of a score of 0."""
        return np.array([log_odds(labels[CLICK])], dtype=np.float32)

    def outputs(self, score: tf.Tensor, levels: np.ndarray, examples: np.ndarray) -> tf.Tensor:
        """Maps a score [R, 1] to a logit [R, 1]."""
        return from_log_odds(score, levels)

    def origin(self, levels: np.ndarray) -> float | None:
        """Returns the log-odds of a click, if only the pointwise loss is used."""
        return None if self.listwise or self.regression_compatible else float(levels[0])

    def loss(
        self,
        outputs: Mapping[str, tf.Tensor],
        labels: Mapping[str, tf.Tensor],
        lists: tf.Tensor,
        weights: tf.Tensor,
        levels: np.ndarray,
    ) -> tf.Tensor:
        """See `Objective.loss`."""
        logits, clicks = outputs[CLICK][:, 0], labels[CLICK]
        parts = []
        if self.pointwise:
            parts.append(self.pointwise * tf.reduce_mean(weights * binary_losses(logits, clicks)))
        if self.listwise:
            parts.append(self.listwise * tf.reduce_mean(list_losses(logits, clicks, lists, weights)))
        if self.regression_compatible:
            losses = list_losses(tf.math.log_sigmoid(logits), clicks, lists, weights)
            parts.append(self.regression_compatible * tf.reduce_mean(losses))
        return tf.add_n(parts)


def from_log_odds(score: tf.Tensor, levels: np.ndarray) -> tf.Tensor:
    """Maps a score [R, 1] to a logit [R, 1], given the log-odds [1] that a score of 0 stands for."""
    return Shift(float(levels[0]))(score)
