"""Base class of losses on sampled negatives: scores of targets and negatives, and the cost of a step."""

import math
from typing import NamedTuple

import tensorflow as tf

from tfrec_dl.losses.candidates import Candidates
from tfrec_dl.losses.loss import Loss
from tfrec_dl.losses.negative_sampling import NegativeSampler


class SampledLoss(Loss):
    """A loss against negatives that are sampled once per step and shared by its targets.

    Attributes:
        negatives: candidates sampled per step.
    """

    negatives: int

    def vectors_read(self, targets: int, items: int) -> int:
        """Counts the vectors of the targets and of the negatives."""
        return targets + self.negatives

    def scores_computed(self, targets: int, items: int) -> int:
        """Counts the scores of the negatives for each target."""
        return targets * self.negatives


class SampledScores(NamedTuple):
    """Scores of targets and of shared negatives.

    Attributes:
        positive: [P] scores of the targets.
        negative: [P, N] scores of the negatives.
        is_target: [P, N] bool, True for accidental hits, where the negative is the row's target.
        log_expected_count: [N] log of the expected count of each negative in the sample.
    """

    positive: tf.Tensor
    negative: tf.Tensor
    is_target: tf.Tensor
    log_expected_count: tf.Tensor


def score_with_negatives(
    queries: tf.Tensor, targets: tf.Tensor, candidates: Candidates, negatives: int, popularity_exponent: float
) -> SampledScores:
    """Samples negatives, and scores them and the targets.

    Targets and negatives are looked up together, so that their table gets a single sparse gradient.

    Args:
        queries: [P, D].
        targets: [P] int32.
        candidates: the item tower, and the counts to sample by.
        negatives: number of negatives to sample, with replacement.
        popularity_exponent: exponent of the sampling distribution.
    """
    sampler = NegativeSampler(candidates.item_counts, popularity_exponent)
    sampled = sampler.sample(negatives, candidates.seed)
    vectors = candidates.vectors(tf.concat([targets, sampled], axis=0))
    target_vectors, drawn_vectors = tf.split(vectors, [tf.shape(targets)[0], negatives])
    return SampledScores(
        positive=tf.reduce_sum(queries * target_vectors, axis=1),
        negative=tf.linalg.matmul(queries, drawn_vectors, transpose_b=True),
        is_target=targets[:, None] == sampled[None, :],
        log_expected_count=math.log(negatives) + sampler.log_probability(sampled),
    )


def softmax_over_negatives(scores: SampledScores) -> tf.Tensor:
    """Returns the share of each negative [P, N]; accidental hits have a share of 0."""
    return tf.nn.softmax(tf.where(scores.is_target, scores.negative.dtype.min, scores.negative), axis=1)
