"""Bayesian personalized ranking.

Source: Rendle et al., BPR: Bayesian Personalized Ranking from Implicit Feedback, UAI 2009.
"""

from typing import Annotated

import tensorflow as tf
from pydantic import Field

from tfrec_dl.configurations import configuration
from tfrec_dl.losses.candidates import Candidates
from tfrec_dl.losses.loss import LOSSES
from tfrec_dl.losses.sampled import SampledLoss, score_with_negatives
from tfrec_dl.recipes.search_space import SearchRange


@LOSSES.register("bpr")
@configuration
class BPR(SampledLoss):
    """Bayesian personalized ranking: the mean of -log sigmoid(target's score - negative's score).

    Attributes:
        negatives: candidates sampled per step.
        popularity_exponent: negatives are sampled with probability proportional to count ** this.
    """

    negatives: int = Field(default=1024, ge=1)
    popularity_exponent: Annotated[float, SearchRange(0.0, 1.0)] = Field(default=0.5, ge=0, le=1)

    def per_target(self, queries: tf.Tensor, targets: tf.Tensor, candidates: Candidates) -> tf.Tensor:
        """Queries [P, D] and targets [P] int32 -> losses [P]."""
        scores = score_with_negatives(queries, targets, candidates, self.negatives, self.popularity_exponent)
        wrong = tf.cast(~scores.is_target, scores.negative.dtype)
        losses = tf.nn.softplus(scores.negative - scores.positive[:, None]) * wrong
        return tf.math.divide_no_nan(tf.reduce_sum(losses, axis=1), tf.reduce_sum(wrong, axis=1))
