"""Softmax over the batch's targets and sampled candidates."""

import math
from typing import Annotated

import tensorflow as tf
from pydantic import Field

from tfrec_dl.configurations import configuration
from tfrec_dl.losses.across_replicas import gather_targets
from tfrec_dl.losses.candidates import Candidates
from tfrec_dl.losses.loss import LOSSES
from tfrec_dl.losses.negative_sampling import NegativeSampler
from tfrec_dl.losses.sampled import SampledLoss
from tfrec_dl.recipes.search_space import SearchRange


@LOSSES.register("mixed_softmax")
@configuration
class MixedSoftmax(SampledLoss):
    """Softmax over the target, the other targets of the batch and sampled negatives, with logQ correction.

    In-batch negatives need no further look-up and are mostly popular items. Sampled negatives also cover items that are
    seldom a target. The logit of a negative is lowered by the log of the item's expected count among both kinds (Yang
    et al., Mixed Negative Sampling for Learning Two-tower Neural Networks in Recommendations, WWW 2020). Their sum then
    estimates the sum over all other items. As in `SampledSoftmax`, the target itself is not corrected. Targets of other
    replicas are negatives too. Accidental hits are removed. The cost grows with targets x (targets + negatives).

    Attributes:
        negatives: candidates sampled per step, in addition to the targets.
        popularity_exponent: negatives are sampled with probability proportional to count ** this; the paper samples
            uniformly.
    """

    negatives: int = Field(default=1024, ge=1)
    popularity_exponent: Annotated[float, SearchRange(0.0, 1.0)] = Field(default=0.0, ge=0, le=1)

    def per_target(self, queries: tf.Tensor, targets: tf.Tensor, candidates: Candidates) -> tf.Tensor:
        """Queries [P, D] and targets [P] int32 -> losses [P]."""
        sampler = NegativeSampler(candidates.item_counts, self.popularity_exponent)
        sampled = sampler.sample(self.negatives, candidates.seed)
        own_count = tf.shape(targets)[0]
        own, drawn_vectors = tf.split(
            candidates.vectors(tf.concat([targets, sampled], axis=0)), [own_count, self.negatives]
        )
        ids, vectors = gather_targets(targets, own)
        in_batch = tf.cast(tf.maximum(tf.shape(ids)[0] - 1, 1), tf.float32)

        ids = tf.concat([ids, sampled], axis=0)
        vectors = tf.concat([vectors, drawn_vectors], axis=0)
        log_expected_count = tf.reduce_logsumexp(
            [
                tf.math.log(in_batch) + candidates.log_popularity(ids),
                math.log(self.negatives) + sampler.log_probability(ids),
            ],
            axis=0,
        )
        corrected = tf.linalg.matmul(queries, vectors, transpose_b=True) - log_expected_count[None, :]
        corrected = tf.where(targets[:, None] == ids[None, :], corrected.dtype.min, corrected)
        positive = tf.reduce_sum(queries * own, axis=1)
        logits = tf.concat([positive[:, None], corrected], axis=1)
        return tf.nn.sparse_softmax_cross_entropy_with_logits(tf.zeros_like(targets), logits)

    def scores_computed(self, targets: int, items: int) -> int:
        """Counts the scores of the other targets and of the negatives for each target."""
        return targets * (targets + self.negatives)
