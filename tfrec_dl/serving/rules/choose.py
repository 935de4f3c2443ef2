"""Selection from a pool: maximal marginal relevance, and limits on items per attribute value.

Carbonell and Goldstein, SIGIR 1998: each place goes to the item with the largest (1 - diversity) x relevance -
diversity x similarity to the most similar item chosen so far.
"""

import tensorflow as tf

from tfrec_dl.serving.graphs import CALLED, called_cond
from tfrec_dl.serving.rules.limits import NOTHING, ValueCounts, first_within, value_counts
from tfrec_dl.serving.rules.pool import Pool

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


@tf.function(autograph=False, input_signature=[POOL, *LIMITS])  # traced once per process, for all exports
def choose(pool: Pool, wanted: tf.Tensor, diversity: tf.Tensor, numbers: tf.Tensor) -> tf.Tensor:
    """Returns the pool positions of the chosen items, in the order of choice.

    Args:
        pool: items to choose from, best first.
        wanted: [B] int32, maximum number of items.
        diversity: [B] float32 from 0 to 1.
        numbers: [B, A] int32, maximum number of items per attribute value; 0 for no limit.

    Returns:
        [B, S] int32, S at most the largest of `wanted`; `NOTHING` at the end once no further item can be chosen.
    """
    steps = _most(wanted)

    def varied() -> tf.Tensor:
        return called_cond(
            tf.reduce_any(numbers > 0),
            lambda: _varied(pool, steps, diversity, value_counts(pool, wanted, numbers)),
            lambda: tf.where(tf.range(steps) < wanted[:, None], _varied(pool, steps, diversity), NOTHING),
        )

    return called_cond(tf.reduce_any(diversity > 0), varied, lambda: choose_in_order(pool, wanted, numbers))


def choose_in_order(pool: Pool, wanted: tf.Tensor, numbers: tf.Tensor) -> tf.Tensor:
    """Does the same as `choose` without diversity: takes every item that the limits allow, in order."""
    return first_within(pool.free, value_counts(pool, wanted, numbers), _most(wanted))


def _most(wanted: tf.Tensor) -> tf.Tensor:
    return tf.reduce_max(tf.pad(wanted, [[0, 1]]))


def _varied(pool: Pool, steps: tf.Tensor, diversity: tf.Tensor, limits: ValueCounts | None = None) -> tf.Tensor:
    """Returns the pool positions of `steps` items chosen one by one: [B, S] int32."""
    shares, nothing = diversity[:, None], -float("inf")
    places, columns = tf.range(tf.shape(pool.free)[1]), tf.range(steps)
    merits = tf.where(pool.free, (1 - shares) * pool.relevance, nothing)
    counts = tf.zeros([0, 0]) if limits is None else limits.counts
    if limits is not None:
        merits = tf.where(limits.fits(counts), merits, nothing)

    def pick(
        step: tf.Tensor, picks: tf.Tensor, merits: tf.Tensor, closest: tf.Tensor, counts: tf.Tensor
    ) -> tuple[tf.Tensor, ...]:
        merit, best = tf.math.top_k(merits - shares * closest, 1)
        picks = tf.where(columns == step, tf.where(merit > nothing, best, NOTHING), picks)
        # In rows without any further candidates, later choices do not matter.
        cosines = tf.matmul(tf.gather(pool.vectors, best, batch_dims=1), pool.vectors, transpose_b=True)
        is_left = places != best
        if limits is not None:
            counts = limits.with_one_more(counts, best)
            is_left &= limits.fits(counts)
        return step + 1, picks, tf.where(is_left, merits, nothing), tf.maximum(closest, cosines[:, 0]), counts

    state = (0, tf.fill([tf.shape(pool.free)[0], steps], NOTHING), merits, pool.closest, counts)
    shapes = tuple(tf.TensorShape([None] * rank) for rank in (0, 2, 2, 2, 2))
    return tf.while_loop(lambda step, *_: step < steps, pick, state, shape_invariants=shapes, name=CALLED)[1]
