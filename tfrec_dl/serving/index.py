"""Exact top-k over all items: every item is scored, what must not be recommended is masked, then the best are taken.

`tfrs.layers.factorized_top_k.BruteForce` does not serve here: its `query_with_exclusions` takes the top k + E first and
lowers the excluded afterwards by 1e5, so it returns excluded items when too few others are left, needs E to be static,
and holds a second copy of vectors that the encoder already stores.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import tensorflow as tf

from tfrec_dl.data.vocabulary import PADDING, UNKNOWN

#: Score of an empty place in a list: the lowest finite float32, because JSON (TF Serving's REST) has no -infinity.
LOWEST_SCORE = float(np.finfo(np.float32).min)


class ItemIndex(tf.Module):
    """The item vectors, as blocks of columns side by side.

    Columns that some variable of the encoder holds already (tied embeddings) are read from that variable, so the export
    stores them once; the others go into variables of the index's own.

    Args:
        vectors: item vectors [size, D] float32, rows 0 and 1 (padding, unknown) included.
        shared: variables that are stored anyway.
    """

    def __init__(self, vectors: np.ndarray, shared: Iterable[tf.Variable] = ()) -> None:
        super().__init__(name="item_index")
        self.size, self.dimension = vectors.shape
        self.blocks = _column_blocks(np.asarray(vectors, np.float32), list(shared))
        norms = np.linalg.norm(vectors[:, :-1], axis=1)
        inverse = np.divide(1.0, norms, out=np.zeros_like(norms), where=norms > 0)
        self._inverse_norms = tf.Variable(inverse.astype(np.float32), trainable=False, name="inverse_norms")

    def scores(self, queries: tf.Tensor) -> tf.Tensor:
        """Dot products of queries [B, D] with every item vector: [B, size] float32."""
        parts = tf.split(queries, [block.shape[1] for block in self.blocks], axis=1)
        return tf.add_n(
            [tf.matmul(part, block, transpose_b=True) for part, block in zip(parts, self.blocks, strict=True)]
        )

    def cosines(self, indices: tf.Tensor) -> tf.Tensor:
        """Cosines of the vectors of indices [B] with every item's, their last component, the bias, apart: [B, size]."""
        vectors = self.vectors(indices)
        directions = vectors * tf.gather(self._inverse_norms, indices)[:, None]
        without_bias = tf.concat([directions[:, :-1], tf.zeros_like(directions[:, :1])], axis=1)
        return self.scores(without_bias) * self._inverse_norms

    def vectors(self, indices: tf.Tensor) -> tf.Tensor:
        """Item vectors of indices [...]: [..., D] float32, zeros for padding and unknown."""
        vectors = tf.concat([tf.gather(block, indices) for block in self.blocks], axis=-1)
        return tf.where(indices[..., None] > UNKNOWN, vectors, 0.0)


def top_k(scores: tf.Tensor, masked: tf.Tensor, k: int) -> tuple[tf.Tensor, tf.Tensor]:
    """The k best items of each row, the masked ones and indices 0 and 1 left out.

    Ties go to the lower index, which is the more popular item.

    Args:
        scores: [B, size] float32.
        masked: [B, M] int32, indices that must not be returned; 0 wherever fewer than M are meant.
        k: places, at most size.

    Returns:
        indices [B, k] int32 and their scores [B, k] float32; 0 and `LOWEST_SCORE` at places that no item is left for.
    """
    batch = tf.shape(scores)[0]
    never = tf.tile([[PADDING, UNKNOWN]], [batch, 1])
    columns = tf.concat([never, masked], axis=1)
    rows = tf.repeat(tf.range(batch)[:, None], tf.shape(columns)[1], axis=1)
    lowest = tf.fill(tf.shape(columns), LOWEST_SCORE)
    left = tf.tensor_scatter_nd_update(scores, tf.stack([rows, columns], axis=2), lowest)
    best, indices = tf.math.top_k(left, k)
    return tf.where(best > LOWEST_SCORE, indices, PADDING), best


def _column_blocks(vectors: np.ndarray, shared: Sequence[tf.Variable]) -> list[tf.Variable]:
    """Cuts [size, D] into variables side by side, taking a shared one wherever it holds just these columns."""
    width = vectors.shape[1]
    starts: dict[int, tf.Variable] = {}
    taken = np.zeros(width, bool)
    for variable in shared:
        if variable.shape.rank != 2 or variable.shape[0] != len(vectors) or variable.dtype != tf.float32:
            continue
        values = variable.numpy()
        for start in range(width - values.shape[1] + 1):
            columns = slice(start, start + values.shape[1])
            if not taken[columns].any() and np.array_equal(vectors[:, columns], values):
                taken[columns] = True
                starts[start] = variable
                break

    blocks, column = [], 0
    while column < width:
        if column in starts:
            blocks.append(starts[column])
        else:
            end = column + 1
            while end < width and not taken[end]:
                end += 1
            blocks.append(tf.Variable(vectors[:, column:end], trainable=False, name="item_vectors"))
        column += blocks[-1].shape[1]
    return blocks
