"""Exact top-k search: scores every item, masks items that must not be recommended, and takes the best.

`tfrs.layers.factorized_top_k.BruteForce` is not suitable. Its `query_with_exclusions` takes the top k + E first and
then lowers the excluded items by 1e5, so it returns excluded items if too few others are left. It also needs E to be
static.
"""

from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np
import tensorflow as tf

from tfrec_dl.data.vocabulary import PADDING, UNKNOWN

#: Score of an empty place in a list: the lowest finite float32, because JSON (TF Serving's REST) has no -infinity.
LOWEST_SCORE = float(np.finfo(np.float32).min)

GROUPS = (128, 64, 32)  # items per group for taking group maxima first, if enough groups remain
LEAST_GROUPS = 4  # times k groups, below which taking group maxima first does not pay


class ItemIndex(tf.Module):
    """The item vectors, stored in the order in which a product reads them: one row per component, one column per item.

    A product then takes three quarters of the time that it takes with a row per item.

    Args:
        vectors: item vectors [size, D] float32, including rows 0 and 1 (padding, unknown).
    """

    def __init__(self, vectors: np.ndarray) -> None:
        super().__init__(name="item_index")
        self.size, self.dimension = vectors.shape
        norms = np.linalg.norm(vectors[:, :-1], axis=1)
        inverse = np.divide(1.0, norms, out=np.zeros_like(norms), where=norms > 0)
        columns = np.ascontiguousarray(vectors.T, np.float32)
        self._columns = tf.Variable(columns, trainable=False, name="item_vectors")
        self._inverse_norms = tf.Variable(inverse.astype(np.float32), trainable=False, name="inverse_norms")

    def scores(self, queries: tf.Tensor) -> tf.Tensor:
        """Returns the dot products of queries [B, D] with every item vector: [B, size] float32."""
        return tf.matmul(queries, self._columns)

    def cosines(self, indices: tf.Tensor) -> tf.Tensor:
        """Returns cosines of indices [B] with every item, ignoring the last vector component, the bias: [B, size]."""
        vectors = self.vectors(indices)
        directions = vectors * tf.gather(self._inverse_norms, indices)[:, None]
        without_bias = tf.concat([directions[:, :-1], tf.zeros_like(directions[:, :1])], axis=1)
        return self.scores(without_bias) * self._inverse_norms

    def vectors(self, indices: tf.Tensor) -> tf.Tensor:
        """Returns the item vectors of indices [...]: [..., D] float32, zeros for padding and unknown."""
        return tf.where(indices[..., None] > UNKNOWN, self.rows(indices), 0.0)

    def rows(self, indices: tf.Tensor) -> tf.Tensor:
        """Does the same as `vectors`, but keeps the given vectors of padding and unknown: [...] -> [..., D] float32."""
        found = tf.gather(self._columns, tf.reshape(indices, [-1]), axis=1)
        return tf.reshape(tf.transpose(found), tf.concat([tf.shape(indices), [self.dimension]], axis=0))

    def all_rows(self) -> tf.Tensor:
        """Returns all item vectors [size, D], as they were given."""
        return tf.transpose(self._columns)


def top_k(scores: tf.Tensor, masked: tf.Tensor, k: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the k best items of each row, without masked items and indices 0 and 1.

    Ties go to the lower index, which is the more popular item.

    Args:
        scores: [B, size] float32.
        masked: [B, M] int32, indices that must not be returned; rows with fewer than M are filled with 0 anywhere.
        k: number of places, at most size.

    Returns:
        indices [B, k] int32 and their scores [B, k] float32; 0 and `LOWEST_SCORE` in places without an item.
    """
    found: tuple[tf.Tensor, tf.Tensor] = _traced(scores.shape[1], k)(scores, masked)
    return found


@lru_cache(maxsize=16)  # the graphs of an export share it; a process that makes many exports keeps only a few
def _traced(size: int | None, k: int) -> Callable[..., tuple[tf.Tensor, tf.Tensor]]:
    return tf.function(partial(_top_k, k=k), autograph=False, reduce_retracing=True)


def _top_k(scores: tf.Tensor, masked: tf.Tensor, k: int) -> tuple[tf.Tensor, tf.Tensor]:
    batch = tf.shape(scores)[0]
    never = tf.tile([[PADDING, UNKNOWN]], [batch, 1])
    columns = tf.concat([never, masked], axis=1)
    rows = tf.repeat(tf.range(batch)[:, None], tf.shape(columns)[1], axis=1)
    lowest = tf.fill(tf.shape(columns), LOWEST_SCORE)
    group = next((each for each in GROUPS if (scores.shape[1] or 0) > LEAST_GROUPS * k * each), 0)
    if group:  # taken before masking, which then needs no extra copy
        scores = tf.pad(scores, [[0, 0], [0, -scores.shape[1] % group]], constant_values=LOWEST_SCORE)
    left = tf.tensor_scatter_nd_update(scores, tf.stack([rows, columns], axis=2), lowest)
    best, indices = _top_of_groups(left, k, group) if group else tf.math.top_k(left, k)
    return tf.where(best > LOWEST_SCORE, indices, PADDING), best


def _top_of_groups(scores: tf.Tensor, k: int, group: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the same as `tf.math.top_k` in a tenth of the time; `group` must divide the number of columns.

    The k best values are in the k groups with the highest maxima. Groups are kept in column order, so that ties also go
    to the lower index.
    """
    grouped = tf.reshape(scores, [-1, scores.shape[1] // group, group])
    _, groups = tf.math.top_k(tf.reduce_max(grouped, axis=2), k, sorted=False)
    groups = tf.sort(groups, axis=1)
    candidates = tf.reshape(tf.gather(grouped, groups, batch_dims=1), [-1, k * group])
    best, places = tf.math.top_k(candidates, k)
    return best, tf.gather(groups, places // group, batch_dims=1) * group + places % group
