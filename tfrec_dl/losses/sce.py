"""Scalable cross-entropy: each target competes with the highest-scoring items near its query.

Source: Mezentsev et al., Scalable Cross-Entropy Loss for Sequential Recommendations with Large Item Catalogs, RecSys
2024.
"""

import math
from typing import Annotated

import tensorflow as tf
from pydantic import Field

from tfrec_dl.configurations import configuration
from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.losses.candidates import Candidates
from tfrec_dl.losses.loss import LOSSES, Loss
from tfrec_dl.recipes.search_space import SearchRange


@LOSSES.register("sce")
@configuration
class ScalableCrossEntropy(Loss):
    """Softmax over the target and hard negatives, found by bucketing similar queries and items (RecSys 2024).

    A bucket is a random mixture of the step's queries. It holds the queries nearest to it and the items that score
    highest for it. The loss of a query is the largest over its buckets. A query in no bucket adds nothing, and the
    others are weighted up, so the mean over a step is the mean over the queries in buckets. A step searches
    all items if there are at most `pool`, else `pool` items sampled evenly over the vocabulary. So the cost of a step
    does not grow with the catalogue. The paper searches all items.

    Attributes:
        negatives: items per bucket.
        coverage: for P queries, a step has coverage * sqrt(P) buckets of as many queries each (the paper's best: 2).
        pool: most items that a step searches.
    """

    negatives: int = Field(default=256, ge=1)
    coverage: Annotated[float, SearchRange(1.0, 4.0)] = Field(default=2.0, gt=0, allow_inf_nan=False)
    pool: int = Field(default=65_536, ge=1)

    def per_target(self, queries: tf.Tensor, targets: tf.Tensor, candidates: Candidates) -> tf.Tensor:
        """Queries [P, D] and targets [P] int32 -> losses [P]."""
        count = tf.shape(targets)[0]
        inside, items = self._buckets(queries, candidates)
        width, size = int(queries.shape[-1]), tf.shape(inside)[0]

        asked = tf.concat([targets, tf.reshape(items, [-1])], axis=0)
        own, hard = tf.split(candidates.vectors(asked), [count, tf.size(items)])
        hard = tf.reshape(hard, [size, -1, width])
        negative = tf.linalg.matmul(tf.gather(queries, inside), hard, transpose_b=True)
        is_target = tf.gather(targets, inside)[:, :, None] == items[:, None, :]
        negative = tf.where(is_target, negative.dtype.min, negative)
        positive = tf.gather(tf.reduce_sum(queries * own, axis=1), inside)
        logits = tf.concat([positive[:, :, None], negative], axis=2)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.zeros_like(inside), logits)

        places = tf.reshape(inside, [-1])
        covered = tf.math.unsorted_segment_sum(tf.ones_like(places), places, count) > 0
        largest = tf.math.unsorted_segment_max(tf.reshape(losses, [-1]), places, count)
        share = tf.reduce_mean(tf.cast(covered, losses.dtype))
        return tf.math.divide_no_nan(tf.where(covered, largest, 0.0), share)

    def vectors_read(self, targets: int, items: int) -> int:
        """Counts the vectors of the targets, of the searched items and of the buckets' items."""
        looked_through = min(self.pool, items)
        return targets + looked_through + self._size(targets) * min(self.negatives, looked_through)

    def scores_computed(self, targets: int, items: int) -> int:
        """Counts the scores of each bucket's items for its queries, and of the searched items for each bucket."""
        looked_through, size = min(self.pool, items), self._size(targets)
        return size * (size * min(self.negatives, looked_through) + looked_through)

    def _size(self, targets: int) -> int:
        """Returns the number of buckets of a step, which is also the number of queries per bucket."""
        return min(math.ceil(self.coverage * math.sqrt(targets)), targets)

    def _buckets(self, queries: tf.Tensor, candidates: Candidates) -> tuple[tf.Tensor, tf.Tensor]:
        """Positions of each bucket's queries [S, S] int32, and its items [S, N] int32; without a gradient."""
        count = tf.shape(queries)[0]
        size = tf.cast(tf.math.ceil(self.coverage * tf.sqrt(tf.cast(count, tf.float32))), tf.int32)
        size = tf.minimum(size, count)
        known = candidates.trained_size - FIRST_ITEM
        pool = min(self.pool, known)
        seeds = tf.random.experimental.stateless_split(candidates.seed, 2)

        queries = tf.stop_gradient(queries)
        mixture = tf.random.stateless_normal([size, count], seeds[0])
        # Has the average length of a query, and the 1 for the item bias; its product with an item is a score.
        mixed = tf.linalg.matmul(mixture, queries[:, :-1]) / tf.sqrt(tf.cast(tf.maximum(count, 1), tf.float32))
        inside = tf.math.top_k(tf.linalg.matmul(mixed, queries[:, :-1], transpose_b=True), size).indices

        looked_through = FIRST_ITEM + tf.range(pool)
        if pool < known:  # one from each of `pool` runs of neighbors, so no item is drawn twice
            begins = tf.range(pool, dtype=tf.float64) + tf.random.stateless_uniform([pool], seeds[1], dtype=tf.float64)
            looked_through = FIRST_ITEM + tf.cast(begins * (known / pool), tf.int32)
        vectors = tf.stop_gradient(candidates.vectors(looked_through))
        scores = tf.linalg.matmul(tf.concat([mixed, tf.ones([size, 1])], axis=1), vectors, transpose_b=True)
        best = tf.math.top_k(scores, min(self.negatives, pool), sorted=False).indices
        return inside, tf.gather(looked_through, best)
