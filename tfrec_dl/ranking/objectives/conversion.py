"""Conversion objective: whether a click converts.

Source: Ma et al., Entire Space Multi-Task Model: An Effective Approach for Estimating Post-Click Conversion Rate,
SIGIR 2018 (ESMM).
"""

from collections.abc import Mapping
from typing import Literal

import numpy as np
import tensorflow as tf
from pydantic import Field

from tfrec_dl.configurations import configuration
from tfrec_dl.ranking.data.feedback import CLICK, CONVERSION
from tfrec_dl.ranking.objectives.click import from_log_odds
from tfrec_dl.ranking.objectives.losses import binary_losses, joint_logits, log_odds
from tfrec_dl.ranking.objectives.objective import CONVERSION_OBJECTIVES, Objective


@CONVERSION_OBJECTIVES.register("conversion")
@configuration
class Conversion(Objective):
    """Predicts pCVR, the probability of a conversion given a click, for every impression, clicked or not.

    Attributes:
        weight: weight among the objectives.
        trained_on: "impressions" is ESMM: compares pCTCVR = pCTR pCVR (equations 1 and 3) with the conversions of all
            impressions, with gradients to both. "clicks" compares pCVR with the conversions of clicked impressions, a
            sample that is biased if clicks and conversions have common causes.
    """

    weight: float = Field(default=1.0, gt=0, allow_inf_nan=False)
    trained_on: Literal["impressions", "clicks"] = "impressions"

    def levels(self, labels: Mapping[str, np.ndarray]) -> np.ndarray:
        """Returns [1] float32: the log-odds of a conversion among the training clicks, the meaning of a score of 0."""
        return np.array([log_odds(labels[CONVERSION][labels[CLICK] > 0])], dtype=np.float32)

    def outputs(self, score: tf.Tensor, levels: np.ndarray, examples: np.ndarray) -> tf.Tensor:
        """Maps a score [R, 1] to the logit of pCVR [R, 1]."""
        return from_log_odds(score, levels)

    def loss(
        self,
        outputs: Mapping[str, tf.Tensor],
        labels: Mapping[str, tf.Tensor],
        lists: tf.Tensor,
        weights: tf.Tensor,
        levels: np.ndarray,
    ) -> tf.Tensor:
        """See `Objective.loss`; the mean is over all rows, so that with `Click` it is a log-likelihood of both."""
        logits, clicked = outputs[CONVERSION][:, 0], labels[CLICK]
        converted = clicked * labels[CONVERSION]
        if self.trained_on == "clicks":
            return tf.reduce_mean(weights * clicked * binary_losses(logits, converted))
        return tf.reduce_mean(weights * binary_losses(joint_logits(outputs[CLICK][:, 0], logits), converted))

    def about(self) -> str:
        """Says which rows it is trained on."""
        return "over all impressions (ESMM)" if self.trained_on == "impressions" else "over the clicks alone"
