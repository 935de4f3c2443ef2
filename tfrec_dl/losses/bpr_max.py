"""BPR-max: BPR against softmax-weighted negatives.

Source: Hidasi and Karatzoglou, Recurrent Neural Networks with Top-k Gains for Session-based Recommendations, CIKM
2018.
"""

from typing import Annotated

import tensorflow as tf
from pydantic import Field

from tfrec_dl.configurations import configuration
from tfrec_dl.losses.candidates import Candidates
from tfrec_dl.losses.loss import LOSSES
from tfrec_dl.losses.sampled import SampledLoss, score_with_negatives, softmax_over_negatives
from tfrec_dl.recipes.search_space import SearchRange

TINY = 1e-24  # keeps the logarithm finite, as in Hidasi's own code


@LOSSES.register("bpr_max")
@configuration
class BPRMax(SampledLoss):
    """BPR against softmax-weighted negatives (CIKM 2018, equation 10), with score regularization.

    Attributes:
        negatives: candidates sampled per step.
        popularity_exponent: negatives are sampled with probability proportional to count ** this.
        score_regularisation: weight of the negatives' squared scores (the paper's lambda).
    """

    negatives: int = Field(default=1024, ge=1)
    popularity_exponent: Annotated[float, SearchRange(0.0, 1.0)] = Field(default=0.5, ge=0, le=1)
    score_regularisation: Annotated[float, SearchRange(0.1, 10.0, log=True)] = Field(default=1.0, ge=0)

    def per_target(self, queries: tf.Tensor, targets: tf.Tensor, candidates: Candidates) -> tf.Tensor:
        """Queries [P, D] and targets [P] int32 -> losses [P]."""
        scores = score_with_negatives(queries, targets, candidates, self.negatives, self.popularity_exponent)
        share = softmax_over_negatives(scores)
        won = tf.reduce_sum(share * tf.sigmoid(scores.positive[:, None] - scores.negative), axis=1)
        squares = tf.reduce_sum(share * tf.square(scores.negative), axis=1)
        return -tf.math.log(won + TINY) + self.score_regularisation * squares
