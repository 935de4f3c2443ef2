"""Softmax over the target and sampled candidates."""

from typing import Annotated

import tensorflow as tf
from pydantic import Field

from tfrec_dl.configurations import configuration
from tfrec_dl.losses.candidates import Candidates
from tfrec_dl.losses.loss import LOSSES
from tfrec_dl.losses.sampled import SampledLoss, score_with_negatives
from tfrec_dl.recipes.search_space import SearchRange


@LOSSES.register("sampled_softmax")
@configuration
class SampledSoftmax(SampledLoss):
    """Softmax over the target and shared sampled negatives, with logQ correction.

    The logit of a negative is lowered by the log of its expected count in the sample, so that the sum over the
    negatives is an unbiased estimate of the sum over all other items (Bengio and Senecal, 2008). The target itself is
    not sampled and therefore not corrected. Accidental hits are removed.

    Attributes:
        negatives: candidates sampled per step.
        popularity_exponent: negatives are sampled with probability proportional to count ** this.
    """

    negatives: int = Field(default=1024, ge=1)
    popularity_exponent: Annotated[float, SearchRange(0.0, 1.0)] = Field(default=0.5, ge=0, le=1)

    def per_target(self, queries: tf.Tensor, targets: tf.Tensor, candidates: Candidates) -> tf.Tensor:
        """Queries [P, D] and targets [P] int32 -> losses [P]."""
        scores = score_with_negatives(queries, targets, candidates, self.negatives, self.popularity_exponent)
        corrected = scores.negative - scores.log_expected_count[None, :]
        corrected = tf.where(scores.is_target, corrected.dtype.min, corrected)
        logits = tf.concat([scores.positive[:, None], corrected], axis=1)
        return tf.nn.sparse_softmax_cross_entropy_with_logits(tf.zeros_like(targets), logits)
