"""Softmax losses: over the whole catalogue, over the batch's targets, over sampled candidates, over both."""

import math
from typing import Literal

import tensorflow as tf
import tensorflow_recommenders as tfrs
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.losses.across_replicas import gather_targets
from tfrec_dl.losses.candidates import Candidates
from tfrec_dl.losses.negative_sampling import NegativeSampler
from tfrec_dl.losses.sampled import score_with_negatives


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class FullSoftmax:
    """Cross-entropy over the whole catalogue: exact, and costs targets x catalogue."""

    name: Literal["full_softmax"] = "full_softmax"

    def per_target(self, queries: tf.Tensor, targets: tf.Tensor, candidates: Candidates) -> tf.Tensor:
        """Queries [P, D] and targets [P] int32 -> losses [P]."""
        items = candidates.vectors(tf.range(FIRST_ITEM, candidates.trained_size))
        logits = tf.linalg.matmul(queries, items, transpose_b=True)
        return tf.nn.sparse_softmax_cross_entropy_with_logits(targets - FIRST_ITEM, logits)


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class InBatchSoftmax:
    """TFRS's own retrieval task: the other targets of the batch are the negatives, those of other replicas included.

    Accidental hits are removed and logits corrected by the targets' popularity (Yi et al., Sampling-Bias-Corrected
    Neural Modeling for Large Corpus Item Recommendations, RecSys 2019). Costs targets squared.
    """

    name: Literal["in_batch_softmax"] = "in_batch_softmax"

    def per_target(self, queries: tf.Tensor, targets: tf.Tensor, candidates: Candidates) -> tf.Tensor:
        """Queries [P, D] and targets [P] int32 -> losses [P]."""
        task = tfrs.tasks.Retrieval(
            loss=tf.keras.losses.CategoricalCrossentropy(from_logits=True, reduction=tf.keras.losses.Reduction.NONE),
            remove_accidental_hits=True,
        )
        ids, vectors = gather_targets(targets, candidates.vectors(targets))
        # Not by the task's own correction: it takes no item for rarer than one in a million.
        log_probability = candidates.log_popularity(ids)
        return task(
            tf.concat([queries, tf.ones_like(queries[:, :1])], axis=1),
            tf.concat([vectors, -log_probability[:, None]], axis=1),
            candidate_ids=ids,
            compute_metrics=False,
            compute_batch_metrics=False,
        )


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class SampledSoftmax:
    """Softmax over the target and shared sampled negatives, with logQ correction.

    A negative's logit is lowered by the log of its expected count in the sample, so that the sum over the negatives
    estimates the sum over all other items without bias (Bengio and Senecal, 2008; the target itself is not sampled and
    so not corrected). Accidental hits are removed.

    Attributes:
        negatives: candidates drawn a step.
        popularity_exponent: negatives are drawn with probability proportional to count ** this.
    """

    name: Literal["sampled_softmax"] = "sampled_softmax"
    negatives: int = Field(default=1024, ge=1)
    popularity_exponent: float = Field(default=0.5, ge=0, le=1)

    def per_target(self, queries: tf.Tensor, targets: tf.Tensor, candidates: Candidates) -> tf.Tensor:
        """Queries [P, D] and targets [P] int32 -> losses [P]."""
        scores = score_with_negatives(queries, targets, candidates, self.negatives, self.popularity_exponent)
        corrected = scores.negative - scores.log_expected_count[None, :]
        corrected = tf.where(scores.is_target, corrected.dtype.min, corrected)
        logits = tf.concat([scores.positive[:, None], corrected], axis=1)
        return tf.nn.sparse_softmax_cross_entropy_with_logits(tf.zeros_like(targets), logits)


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class MixedSoftmax:
    """Softmax over the target, the other targets of the batch and sampled negatives, with logQ correction.

    In-batch negatives cost no further look-up and are mostly popular items; sampled ones also reach items that are
    seldom a target. A negative's logit is lowered by the log of the item's expected count among both kinds (Yang et
    al., Mixed Negative Sampling for Learning Two-tower Neural Networks in Recommendations, WWW 2020), so that their sum
    estimates the sum over all other items; as in `SampledSoftmax` the target itself is not corrected. Targets of other
    replicas are negatives too. Accidental hits are removed. Costs targets x (targets + negatives).

    Attributes:
        negatives: candidates drawn a step, beside the targets.
        popularity_exponent: they are drawn with probability proportional to count ** this; uniformly in the paper.
    """

    name: Literal["mixed_softmax"] = "mixed_softmax"
    negatives: int = Field(default=1024, ge=1)
    popularity_exponent: float = Field(default=0.0, ge=0, le=1)

    def per_target(self, queries: tf.Tensor, targets: tf.Tensor, candidates: Candidates) -> tf.Tensor:
        """Queries [P, D] and targets [P] int32 -> losses [P]."""
        sampler = NegativeSampler(candidates.item_counts, self.popularity_exponent)
        drawn = sampler.sample(self.negatives, candidates.seed)
        own_count = tf.shape(targets)[0]
        own, drawn_vectors = tf.split(
            candidates.vectors(tf.concat([targets, drawn], axis=0)), [own_count, self.negatives]
        )
        ids, vectors = gather_targets(targets, own)
        in_batch = tf.cast(tf.maximum(tf.shape(ids)[0] - 1, 1), tf.float32)

        ids = tf.concat([ids, drawn], axis=0)
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
