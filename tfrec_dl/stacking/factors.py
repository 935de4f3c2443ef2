"""A stack's scores as products of history and item vectors plus votes, so that they can be searched in lists.

The blender standardizes each member's scores over all items. This does not require the scores of all items: products
with a query q have the mean q . mean vector and the variance q' C q, where C is the covariance of the vectors, and
votes change the sums only for the items that have some.
"""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.errors import InputError
from tfrec_dl.serving.ivf.asked import Asked, Votes
from tfrec_dl.stacking.blender import MemberWeights
from tfrec_dl.stacking.members import Members

ROWS = 65_536  # vectors whose moments are computed at once


class StackFactors(tf.Module):
    """The components of a stack's scores.

    Args:
        members: members of the stack.
        weights: layer of the blender.

    Raises:
        InputError: if a member's scores are not of this form.
    """

    def __init__(self, members: Members, weights: MemberWeights) -> None:
        super().__init__()
        dense = [name for name, each in zip(members.names, members.members, strict=True) if each.factors is None]
        if dense:
            raise InputError(
                f"index is 'ivf', and the stack's {', '.join(dense)} scores every item anew: leave it out, or train a "
                "stack without that member."
            )
        self._members, self._weights = members, weights
        self._size, self._trained = members.vocabulary.size, members.vocabulary.trained_size
        self._scales = weights.mean_spread.numpy().tolist()
        means, roots = zip(*(_moments(self._of_trained(each.factors)) for each in members.members), strict=True)
        self._means = [tf.constant(mean, tf.float32) for mean in means]
        self._roots = [tf.constant(root, tf.float32) for root in roots]

    def vectors(self) -> np.ndarray:
        """Returns [size, D] float32: the vectors of each member, brought to about one scale; the last is 1."""
        each = [member.factors / scale for member, scale in zip(self._members.members, self._scales, strict=True)]
        found: np.ndarray = tf.concat([*each, tf.ones([self._size, 1])], axis=1).numpy()
        return found

    def asked(self, history: tf.Tensor) -> Asked:
        """Returns the components of `StackedModel.catalogue_scores` for histories, up to rounding.

        Args:
            history: [B, L] int32 complete histories, right-padded with 0.
        """
        each = [member.asked(history) for member in self._members.members]
        means, spreads = zip(*(self._mean_and_spread(place, asked) for place, asked in enumerate(each)), strict=True)
        length = tf.math.count_nonzero(history, axis=1, keepdims=True, dtype=tf.int32)
        weights = tf.unstack(self._weights(tf.cast(length, tf.float32), tf.stack(spreads, axis=1)), axis=1)
        parts = [
            (weight * scale)[:, None] * asked.queries
            for weight, scale, asked in zip(weights, self._scales, each, strict=True)
        ]
        shift = -tf.add_n([weight * mean for weight, mean in zip(weights, means, strict=True)])
        voting = [(asked.votes, weight) for asked, weight in zip(each, weights, strict=True) if asked.votes is not None]
        return Asked(tf.concat([*parts, shift[:, None]], axis=1), self._summed(voting))

    def _of_trained(self, factors: tf.Tensor) -> np.ndarray:
        found: np.ndarray = factors[FIRST_ITEM : self._trained].numpy()
        return found

    def _mean_and_spread(self, place: int, asked: Asked) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns mean and standard deviation of a member's scores over the items trained on: [B] each."""
        mean = tf.linalg.matvec(asked.queries, self._means[place])
        squares = tf.reduce_sum(tf.matmul(asked.queries, self._roots[place]) ** 2, axis=1)
        if asked.votes is None:
            return mean, tf.sqrt(squares)
        votes, rows, count = asked.votes, asked.votes.rows(), self._trained - FIRST_ITEM
        is_trained = (votes.items >= FIRST_ITEM) & (votes.items < self._trained)
        values = tf.where(is_trained, votes.values, 0.0)
        vectors = tf.gather(self._members.members[place].factors, votes.items)
        without = tf.reduce_sum(vectors * tf.gather(asked.queries, rows), axis=1) - tf.gather(mean, rows)
        batch = tf.shape(asked.queries)[0]
        shift = tf.math.unsorted_segment_sum(values, rows, batch) / count
        # The change by votes v in the sum of squares of w - shift + v, where w are scores without votes, which sum to
        # 0.
        more = values * (values + 2 * without - tf.gather(shift, rows))
        return mean + shift, tf.sqrt(tf.maximum(squares + tf.math.unsorted_segment_sum(more, rows, batch) / count, 0.0))

    def _summed(self, voting: list[tuple[Votes, tf.Tensor]]) -> Votes | None:
        """Returns the members' votes, weighted per history [B]."""
        weighted = [votes._replace(values=votes.values * tf.gather(by, votes.rows())) for votes, by in voting]
        if len(weighted) < 2:
            return weighted[0] if weighted else None
        size, rows = tf.constant(self._size, tf.int64), tf.concat([each.rows() for each in weighted], axis=0)
        order = tf.argsort(rows, stable=True)
        cells = tf.cast(rows, tf.int64) * size + tf.cast(tf.concat([each.items for each in weighted], axis=0), tf.int64)
        values = tf.concat([each.values for each in weighted], axis=0)
        count = tf.size(weighted[0].splits, tf.int64) - 1
        return Votes.added_up(tf.gather(cells, order), tf.gather(values, order), count, size)


def _moments(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns mean [D] and a root [D, D] of the covariance of vectors [n, D]: R with R R' = C avoids cancellation."""
    mean, covariance = vectors.mean(axis=0, dtype=np.float64), np.zeros((vectors.shape[1],) * 2)
    for start in range(0, len(vectors), ROWS):
        centred = vectors[start : start + ROWS] - mean
        covariance += centred.T @ centred / len(vectors)
    variances, directions = np.linalg.eigh(covariance)
    return mean, directions * np.sqrt(np.maximum(variances, 0.0))
