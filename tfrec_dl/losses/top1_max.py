"""TOP1-max: TOP1 against softmax-weighted negatives.

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


@LOSSES.register("top1_max")
@configuration
class TOP1Max(SampledLoss):
    """TOP1 against softmax-weighted negatives (CIKM 2018, equation 8).

    Attributes:
        negatives: candidates sampled per step.
        popularity_exponent: negatives are sampled with probability proportional to count ** this.
    """

    negatives: int = Field(default=1024, ge=1)
    popularity_exponent: Annotated[float, SearchRange(0.0, 1.0)] = Field(default=0.5, ge=0, le=1)

    def per_target(self, queries: tf.Tensor, targets: tf.Tensor, candidates: Candidates) -> tf.Tensor:
        """Queries [P, D] and targets [P] int32 -> losses [P]."""
        scores = score_with_negatives(queries, targets, candidates, self.negatives, self.popularity_exponent)
        share = softmax_over_negatives(scores)
        ranked_above = tf.sigmoid(scores.negative - scores.positive[:, None])
        return tf.reduce_sum(share * (ranked_above + tf.sigmoid(tf.square(scores.negative))), axis=1)
