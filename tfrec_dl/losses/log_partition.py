"""Log-sum-exp of the scores of all items, without holding all scores in memory.

The scores of a training step's queries for a whole catalogue do not fit into a processor's cache. Writing them,
reading them and keeping them for the gradient takes longer than computing them. Here they are computed block by
block, and again for the gradient (the recomputation of Chen et al., Training Deep Nets with Sublinear Memory Cost,
2016).
"""

import tensorflow as tf

BLOCK_SCORES = 2**22  # scores held at once, 4 bytes each


def log_partition(queries: tf.Tensor, items: tf.Tensor) -> tf.Tensor:
    """Computes the log of the sum over the items of exp(query · item).

    Args:
        queries: [P, D] float32.
        items: [V, D] float32, V at least 1.

    Returns:
        [P] float32, finite also for huge scores. Its gradients are exact, but cannot be differentiated again.
    """
    value: tf.Tensor = _log_partition(queries, items)
    return value


def block_rows(items: int) -> int:
    """Returns the number of queries whose scores for this many items are held at once."""
    return max(1, BLOCK_SCORES // max(1, items))


@tf.custom_gradient
def _log_partition(queries: tf.Tensor, items: tf.Tensor) -> tuple[tf.Tensor, object]:
    blocks, rows = _blocks(queries, items)

    def forward(block: tf.Tensor, found: tf.TensorArray) -> tuple[tf.Tensor, tf.TensorArray]:
        scores = tf.linalg.matmul(queries[block * rows : (block + 1) * rows], items, transpose_b=True)
        return block + 1, found.write(block, tf.reduce_logsumexp(scores, axis=1))

    value = _in_turn(forward, blocks, _array(blocks))[0].concat()

    def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        def backward(
            block: tf.Tensor, of_queries: tf.TensorArray, of_items: tf.Tensor
        ) -> tuple[tf.Tensor, tf.TensorArray, tf.Tensor]:
            place = slice(block * rows, (block + 1) * rows)
            scores = tf.linalg.matmul(queries[place], items, transpose_b=True)
            shares = tf.exp(scores - value[place, None]) * upstream[place, None]
            of_queries = of_queries.write(block, tf.linalg.matmul(shares, items))
            return block + 1, of_queries, of_items + tf.linalg.matmul(shares, queries[place], transpose_a=True)

        found = _in_turn(backward, blocks, _array(blocks, queries.shape[1]), tf.zeros_like(items))
        return found[0].concat(), found[1]

    return value, gradient


def _blocks(queries: tf.Tensor, items: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the number of blocks, at least one, and the number of queries in each."""
    rows = tf.maximum(1, BLOCK_SCORES // tf.maximum(1, tf.shape(items)[0]))
    return tf.maximum(1, -(-tf.shape(queries)[0] // rows)), rows


def _array(blocks: tf.Tensor, *width: int) -> tf.TensorArray:
    return tf.TensorArray(tf.float32, blocks, element_shape=[None, *width], infer_shape=False)


def _in_turn(body: object, blocks: tf.Tensor, *state: object) -> tuple:
    """Applies a body to the blocks one at a time and returns the final state."""
    found = tf.while_loop(lambda block, *_: block < blocks, body, (0, *state), parallel_iterations=1)
    return tuple(found[1:])
