"""Softmax losses: over the whole catalogue, over the batch's targets, over sampled candidates."""

from typing import Literal

import tensorflow as tf
import tensorflow_recommenders as tfrs
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.tasks.losses.candidates import Candidates
from tfrec_dl.tasks.losses.sampled import score_with_negatives


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
    """TFRS's own retrieval task: the other targets of the batch are the negatives.

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
        counts = tf.constant(candidates.item_counts, tf.float32)
        return task(
            queries,
            candidates.vectors(targets),
            candidate_sampling_probability=tf.gather(counts / tf.reduce_sum(counts), targets),
            candidate_ids=targets,
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
