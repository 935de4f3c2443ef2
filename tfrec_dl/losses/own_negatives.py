"""Softmax over the target and negatives sampled separately for each target.

Source: Petrov and Macdonald, gSASRec, RecSys 2023 (negatives sampled for each position); the softmax loss of RecTools'
SASRec over them.
"""

from typing import Annotated

import tensorflow as tf
from pydantic import Field

from tfrec_dl.configurations import configuration
from tfrec_dl.losses.candidates import Candidates
from tfrec_dl.losses.loss import LOSSES, Loss
from tfrec_dl.losses.negative_sampling import NegativeSampler
from tfrec_dl.recipes.search_space import SearchRange


@LOSSES.register("own_negatives")
@configuration
class OwnNegatives(Loss):
    """Softmax over the target and negatives sampled separately for each target, uniformly by default.

    A negative that happens to be the target is left out. Scores are not corrected for how often an item is sampled.
    Separate negatives differ more from step to step than the same number of shared ones. This regularizes a network
    where interactions are few.

    Attributes:
        negatives: candidates sampled for each target.
        popularity_exponent: negatives are sampled with probability proportional to count ** this.
    """

    negatives: int = Field(default=256, ge=1)
    popularity_exponent: Annotated[float, SearchRange(0.0, 1.0)] = Field(default=0.0, ge=0, le=1)

    def per_target(self, queries: tf.Tensor, targets: tf.Tensor, candidates: Candidates) -> tf.Tensor:
        """Queries [P, D] and targets [P] int32 -> losses [P].

        For a small catalogue it computes all scores, [P, V]: fewer numbers than the negatives' vectors, [P, N, D].
        """
        count = tf.shape(targets)[0]
        sampler = NegativeSampler(candidates.item_counts, self.popularity_exponent)
        sampled = tf.reshape(sampler.sample(count * self.negatives, candidates.seed), [count, self.negatives])
        asked = tf.concat([targets[:, None], sampled], axis=1)
        width = int(queries.shape[-1])
        if candidates.trained_size <= self.negatives * width:
            every = candidates.vectors(tf.range(candidates.trained_size))
            scores = tf.gather(tf.linalg.matmul(queries, every, transpose_b=True), asked, batch_dims=1)
        else:
            vectors = tf.reshape(candidates.vectors(tf.reshape(asked, [-1])), [count, self.negatives + 1, width])
            scores = tf.linalg.matvec(vectors, queries)
        is_target = tf.pad(sampled == targets[:, None], [[0, 0], [1, 0]])
        logits = tf.where(is_target, scores.dtype.min, scores)
        return tf.nn.sparse_softmax_cross_entropy_with_logits(tf.zeros_like(targets), logits)

    def vectors_read(self, targets: int, items: int) -> int:
        """Counts the vectors of the targets and of their negatives; for a small catalogue, all are read once."""
        return min(targets * (1 + self.negatives), targets + items)

    def scores_computed(self, targets: int, items: int) -> int:
        """Counts the scores of each target and its negatives, without the other items of a small catalogue."""
        return targets * (1 + self.negatives)
