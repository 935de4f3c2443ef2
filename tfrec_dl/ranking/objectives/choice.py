"""Click objective: a choice of one candidate of a list, or of none.

Source: McFadden, Conditional Logit Analysis of Qualitative Choice Behavior, 1974.
"""

from collections.abc import Mapping

import numpy as np
import tensorflow as tf
from pydantic import Field

from tfrec_dl.configurations import configuration
from tfrec_dl.ranking.data.feedback import CLICK, LIST
from tfrec_dl.ranking.objectives.click import from_log_odds
from tfrec_dl.ranking.objectives.losses import NO_CANDIDATE, log_odds
from tfrec_dl.ranking.objectives.objective import CLICK_OBJECTIVES, Objective

SUREST = -1e-6  # log-probability beyond which the log-odds are not finite


@CLICK_OBJECTIVES.register("choice")
@configuration
class Choice(Objective):
    """At most one click per list: candidates compete for it with each other and with no click at all.

    p_i = exp o_i / (1 + sum over j of exp o_j). A candidate's probability is lower if the others are better. The loss,
    the negative log-likelihood of the choice, trains the order of lists and the probabilities at once. For a list of
    one, this is the sigmoid with binary cross-entropy.

    Attributes:
        weight: weight among the objectives.
    """

    weight: float = Field(default=1.0, gt=0, allow_inf_nan=False)

    def levels(self, labels: Mapping[str, np.ndarray]) -> np.ndarray:
        """Returns [1] float32: what a score of 0 stands for, so that as many lists as in training have a click."""
        clicked = np.bincount(np.unique(labels[LIST], return_inverse=True)[1], weights=labels[CLICK]) > 0
        candidates = len(labels[LIST]) / len(clicked)
        return np.array([log_odds(clicked.astype(np.float32)) - np.log(candidates)], dtype=np.float32)

    def outputs(self, score: tf.Tensor, levels: np.ndarray, examples: np.ndarray) -> tf.Tensor:
        """Maps a score [R, 1] to o [R, 1]."""
        return from_log_odds(score, levels)

    def loss(
        self,
        outputs: Mapping[str, tf.Tensor],
        labels: Mapping[str, tf.Tensor],
        lists: tf.Tensor,
        weights: tf.Tensor,
        levels: np.ndarray,
    ) -> tf.Tensor:
        """See `Objective.loss`: a mean over lists; several clicks in a list share its weight.

        A row of weight 0 is not a candidate. A list without a click has the mean weight of its candidates.
        """
        clicks = labels[CLICK]
        utilities = tf.where(weights > 0, outputs[CLICK][:, 0], NO_CANDIDATE)
        log_total = _log_total(utilities, lists)
        chosen = tf.math.segment_sum(weights * clicks * (tf.gather(log_total, lists) - utilities), lists)
        count = tf.math.segment_sum(clicks, lists)
        candidates = tf.math.segment_sum(tf.cast(weights > 0, tf.float32), lists)
        weight = tf.math.divide_no_nan(tf.math.segment_sum(weights, lists), candidates)
        return tf.reduce_mean(tf.where(count > 0, tf.math.divide_no_nan(chosen, count), weight * log_total))

    def logits(self, outputs: tf.Tensor, lists: tf.Tensor) -> tf.Tensor:
        """Maps o [R, 1] of whole lists [R] to log-odds of a click [R]."""
        utilities = outputs[:, 0]
        log_probability = tf.minimum(utilities - tf.gather(_log_total(utilities, lists), lists), SUREST)
        return log_probability - tf.math.log(-tf.math.expm1(log_probability))


def _log_total(utilities: tf.Tensor, lists: tf.Tensor) -> tf.Tensor:
    """Returns log(1 + sum over j of exp o_j) for each list."""
    highest = tf.stop_gradient(tf.maximum(tf.math.segment_max(utilities, lists), 0.0))
    total = tf.math.segment_sum(tf.exp(utilities - tf.gather(highest, lists)), lists) + tf.exp(-highest)
    return highest + tf.math.log(total)
