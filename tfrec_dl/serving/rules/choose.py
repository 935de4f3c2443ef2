"""Greedy choice from a pool: maximal marginal relevance, and at most so many of a value.

Carbonell and Goldstein, SIGIR 1998: each place goes to the item with the largest
(1 - diversity) x relevance - diversity x likeness to the most alike item that is chosen.
"""

import tensorflow as tf

from tfrec_dl.serving.graphs import CALLED
from tfrec_dl.serving.rules.pool import Pool, full, numbers_of_values

NOTHING = -1  # place in a pool
POOL = Pool(
    *(
        tf.TensorSpec([None] * rank, dtype)
        for rank, dtype in (
            (2, tf.bool),
            (2, tf.float32),
            (3, tf.float32),
            (2, tf.float32),
            (3, tf.int32),
            (3, tf.int32),
        )
    )
)
LIMITS = tf.TensorSpec([None], tf.int32), tf.TensorSpec([None], tf.float32), tf.TensorSpec([None, None], tf.int32)


@tf.function(autograph=False, input_signature=[POOL, *LIMITS])  # traced once in a process, for any export
def choose(pool: Pool, wanted: tf.Tensor, diversity: tf.Tensor, numbers: tf.Tensor) -> tf.Tensor:
    """Places of the chosen items in the pool, in order of choice.

    Args:
        pool: what there is.
        wanted: [B] int32, how many at most.
        diversity: [B] float32 from 0 to 1.
        numbers: [B, A] int32, how many of a value can be chosen; 0 for any number.

    Returns:
        [B, S] int32, S the largest of `wanted`; `NOTHING` at the end where nothing can be chosen any more.
    """
    steps = tf.reduce_max(tf.pad(wanted, [[0, 1]]))
    batch, size = tf.unstack(tf.shape(pool.free))
    merits = (1 - diversity)[:, None] * pool.relevance
    most, is_value = numbers_of_values(pool.values, numbers), (pool.values >= 0)[..., None]

    def go_on(step: tf.Tensor, can: tf.Tensor, *_: tf.Tensor) -> tf.Tensor:
        return tf.reduce_any(can)

    def pick(
        step: tf.Tensor, can: tf.Tensor, picks: tf.Tensor, closest: tf.Tensor, counts: tf.Tensor
    ) -> tuple[tf.Tensor, ...]:
        left = tf.where(can, merits - diversity[:, None] * closest, -float("inf"))
        best = tf.argmax(left, axis=1, output_type=tf.int32)
        is_best = tf.range(size) == best[:, None]
        # Of rows that nothing can be chosen for any more, what follows is of no account.
        closest = tf.maximum(closest, tf.linalg.matvec(pool.vectors, tf.gather(pool.vectors, best, batch_dims=1)))
        added = (pool.values[..., None] == tf.gather(pool.values, best, batch_dims=1)[:, None, None]) & is_value
        counts += tf.reduce_sum(tf.cast(added, tf.int32), axis=3)
        here = (tf.range(steps) == step) & tf.reduce_any(can, axis=1, keepdims=True)
        picks = tf.where(here, best[:, None], picks)
        can &= ~is_best & ~full(counts, most) & (step + 1 < wanted)[:, None]
        return step + 1, can, picks, closest, counts

    can = pool.free & ~full(pool.counts, most) & (wanted > 0)[:, None]
    state = (0, can, tf.fill([batch, steps], NOTHING), pool.closest, pool.counts)
    shapes = tuple(tf.TensorShape([None] * rank) for rank in (0, 2, 2, 2, 3))
    return tf.while_loop(go_on, pick, state, shape_invariants=shapes, name=CALLED)[2]
