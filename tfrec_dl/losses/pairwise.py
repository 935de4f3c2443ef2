"""Pairwise losses against shared sampled negatives: BPR, BPR-max, TOP1-max.

Sources: Rendle et al., BPR: Bayesian Personalized Ranking from Implicit Feedback, UAI 2009; Hidasi and Karatzoglou,
Recurrent Neural Networks with Top-k Gains for Session-based Recommendations, CIKM 2018.
"""

from typing import Literal

import tensorflow as tf
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from tfrec_dl.losses.candidates import Candidates
from tfrec_dl.losses.sampled import SampledScores, score_with_negatives

TINY = 1e-24  # keeps the logarithm finite, as in Hidasi's own code


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class BPR:
    """Mean of -log sigmoid(target's score - negative's score).

    Attributes:
        negatives: candidates drawn a step.
        popularity_exponent: negatives are drawn with probability proportional to count ** this.
    """

    name: Literal["bpr"] = "bpr"
    negatives: int = Field(default=1024, ge=1)
    popularity_exponent: float = Field(default=0.5, ge=0, le=1)

    def per_target(self, queries: tf.Tensor, targets: tf.Tensor, candidates: Candidates) -> tf.Tensor:
        """Queries [P, D] and targets [P] int32 -> losses [P]."""
        scores = score_with_negatives(queries, targets, candidates, self.negatives, self.popularity_exponent)
        wrong = tf.cast(~scores.is_target, scores.negative.dtype)
        losses = tf.nn.softplus(scores.negative - scores.positive[:, None]) * wrong
        return tf.math.divide_no_nan(tf.reduce_sum(losses, axis=1), tf.reduce_sum(wrong, axis=1))


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class BPRMax:
    """BPR against the softmax-weighted negatives (CIKM 2018, equation 10), with score regularisation.

    Attributes:
        negatives: candidates drawn a step.
        popularity_exponent: negatives are drawn with probability proportional to count ** this.
        score_regularisation: weight of the negatives' squared scores (the paper's lambda).
    """

    name: Literal["bpr_max"] = "bpr_max"
    negatives: int = Field(default=1024, ge=1)
    popularity_exponent: float = Field(default=0.5, ge=0, le=1)
    score_regularisation: float = Field(default=1.0, ge=0)

    def per_target(self, queries: tf.Tensor, targets: tf.Tensor, candidates: Candidates) -> tf.Tensor:
        """Queries [P, D] and targets [P] int32 -> losses [P]."""
        scores = score_with_negatives(queries, targets, candidates, self.negatives, self.popularity_exponent)
        share = _softmax_over_negatives(scores)
        won = tf.reduce_sum(share * tf.sigmoid(scores.positive[:, None] - scores.negative), axis=1)
        squares = tf.reduce_sum(share * tf.square(scores.negative), axis=1)
        return -tf.math.log(won + TINY) + self.score_regularisation * squares


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class TOP1Max:
    """TOP1 against the softmax-weighted negatives (CIKM 2018, equation 8).

    Attributes:
        negatives: candidates drawn a step.
        popularity_exponent: negatives are drawn with probability proportional to count ** this.
    """

    name: Literal["top1_max"] = "top1_max"
    negatives: int = Field(default=1024, ge=1)
    popularity_exponent: float = Field(default=0.5, ge=0, le=1)

    def per_target(self, queries: tf.Tensor, targets: tf.Tensor, candidates: Candidates) -> tf.Tensor:
        """Queries [P, D] and targets [P] int32 -> losses [P]."""
        scores = score_with_negatives(queries, targets, candidates, self.negatives, self.popularity_exponent)
        share = _softmax_over_negatives(scores)
        ranked_above = tf.sigmoid(scores.negative - scores.positive[:, None])
        return tf.reduce_sum(share * (ranked_above + tf.sigmoid(tf.square(scores.negative))), axis=1)


def _softmax_over_negatives(scores: SampledScores) -> tf.Tensor:
    """Each negative's share [P, N]; accidental hits have none."""
    return tf.nn.softmax(tf.where(scores.is_target, scores.negative.dtype.min, scores.negative), axis=1)
