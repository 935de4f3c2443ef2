"""Selection of items one by one from the best, for diversity and limits."""

from typing import NamedTuple

import tensorflow as tf

from tfrec_dl.data.vocabulary import PADDING
from tfrec_dl.serving.attributes.terms import Arrays
from tfrec_dl.serving.graphs import CALLED, traced_once
from tfrec_dl.serving.index import LOWEST_SCORE, top_k
from tfrec_dl.serving.rules.choose import choose
from tfrec_dl.serving.rules.masks import without
from tfrec_dl.serving.rules.pool import Pool, closest_of, full, holding, numbers_of_values, scaled
from tfrec_dl.serving.rules.wishes import Items, Wishes, codes_of, values_of

POOL = 200  # number of items among which a list is varied


class Choice(NamedTuple):
    """Input for choosing items one by one, in addition to pinned items.

    Attributes:
        left: [B, size] float32, scores of the other items.
        pins: [B, P] int32, pinned items, 0 for none.
        wanted: [B] int32, number of items to choose.
        wishes: properties of the requested lists.
        items: data about the items.
        k_max: length of the longest list.
    """

    left: tf.Tensor
    pins: tf.Tensor
    wanted: tf.Tensor
    wishes: Wishes
    items: Items
    k_max: int


def of_first_pool(of: Choice) -> tf.Tensor:
    """Chooses from the best items: [B, k_max] indices, 0 at the end."""
    _, found = _chosen_from(of, of.left, of.pins, of.wanted)
    chosen = tf.pad(found, [[0, 0], [0, of.k_max - tf.shape(found)[1]]])
    return tf.ensure_shape(chosen, [None, of.k_max])


def pool_after_pool(of: Choice) -> tf.Tensor:
    """Does the same as `of_first_pool`, then adds the next best items that limits permit until there are enough."""

    def lacking(chosen: tf.Tensor, best: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        lacks = of.wanted - tf.math.count_nonzero(chosen, axis=1, dtype=tf.int32)
        return lacks, (lacks > 0) & (best[:, -1] != PADDING)

    def choose_more(
        more: tf.Tensor, left: tf.Tensor, best: tf.Tensor, lacks: tf.Tensor, chosen: tf.Tensor
    ) -> tuple[tf.Tensor, ...]:
        taken = tf.concat([of.pins, chosen], axis=1)
        left = _without_full(without(left, best), taken, more, of.wishes, of.items.arrays)
        left = tf.ensure_shape(left, of.left.shape)
        best, found = _chosen_from(of, left, taken, tf.where(more, lacks, 0))
        chosen = _joined(chosen, found, of.k_max)
        lacks, more = lacking(chosen, best)
        return more, left, best, lacks, chosen

    best, found = _chosen_from(of, of.left, of.pins, of.wanted)
    chosen = tf.pad(found, [[0, 0], [0, of.k_max - tf.shape(found)[1]]])
    lacks, more = lacking(chosen, best)
    shapes = tuple(tf.TensorShape([None, *rest]) for rest in ([], of.left.shape[1:], best.shape[1:], [], [of.k_max]))
    state = (more, of.left, best, lacks, tf.ensure_shape(chosen, [None, of.k_max]))
    return tf.while_loop(
        lambda more, *_: tf.reduce_any(more), choose_more, state, shape_invariants=shapes, name=CALLED
    )[4]


def _chosen_from(of: Choice, left: tf.Tensor, taken: tf.Tensor, missing: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the best remaining items, [B, C] indices, and those chosen from them in order, [B, S], 0 at the end.

    Args:
        of: input of the choice.
        left: [B, size] float32, scores of the remaining items.
        taken: [B, T] int32, items already in the list, 0 for none.
        missing: [B] int32, number of items to choose.
    """
    wishes, items, size = of.wishes, of.items, min(POOL, left.shape[1])
    best, own = top_k(left, no_indices(left), size)
    best = tf.ensure_shape(best, [None, size])
    both = tf.concat([best, taken], axis=1)  # looked up only once
    vectors, values = items.vectors(both), values_of(items, both, wishes.limited)
    held = tf.where((taken != PADDING)[:, :, None], values[:, size:], -1)
    closest = closest_of(vectors[:, :size], vectors[:, size:], taken != PADDING)
    values = values[:, :size]
    is_there = best != PADDING
    pool = Pool(is_there, scaled(own, is_there), vectors[:, :size], closest, values, holding(values, held))
    picks = choose(pool, missing, wishes.diversity, wishes.numbers)
    return best, tf.gather(tf.pad(best, [[0, 0], [1, 0]]), picks + 1, batch_dims=1)


@traced_once
def _without_full(scores: tf.Tensor, taken: tf.Tensor, more: tf.Tensor, wishes: Wishes, arrays: Arrays) -> tf.Tensor:
    """Sets the scores of items excluded by a limit to `LOWEST_SCORE`, so that each pool yields at least one item.

    Args:
        scores: [B, size] float32.
        taken: [B, T] int32, items already in the list, 0 for none.
        more: [B] bool, rows to process, one at a time because the values of all items take much memory.
        wishes: properties of the requested lists.
        arrays: attributes of the items.
    """
    every = tf.range(tf.shape(scores)[1])

    def of_row(row: tuple[tf.Tensor, ...]) -> tf.Tensor:
        own, taken, more, limited, numbers = row

        def barred() -> tf.Tensor:
            both = tf.concat([every, taken[taken != PADDING]], axis=0)
            values = codes_of(arrays, both[None], limited[None])
            values, held = values[:, : tf.size(every)], values[:, tf.size(every) :]
            held = tf.where(held >= 0, held, tf.reduce_max(values) + 1)
            counts = tf.math.bincount(tf.maximum(held, 0), minlength=tf.reduce_max(values) + 2)
            most = numbers_of_values(values, numbers[None])
            is_full = full(tf.gather(counts, tf.maximum(values, 0)), most)[0]
            return tf.where(is_full, LOWEST_SCORE, own)

        return tf.cond(more & tf.reduce_any(numbers > 0), barred, lambda: own)

    rows = (scores, taken, more, wishes.limited, wishes.numbers)
    return tf.cond(
        tf.reduce_any(more),
        lambda: tf.map_fn(of_row, rows, fn_output_signature=tf.TensorSpec([None], tf.float32)),
        lambda: scores,
    )


def _joined(first: tf.Tensor, then: tf.Tensor, k_max: int) -> tf.Tensor:
    """Concatenates the indices of two lists, dropping zeros in between: [B, k_max]."""
    both = tf.concat([first, then], axis=1)
    order = tf.argsort(tf.cast(both == PADDING, tf.int32), axis=1, stable=True)
    return tf.ensure_shape(tf.gather(both, order[:, :k_max], batch_dims=1), [None, k_max])


def no_indices(scores: tf.Tensor) -> tf.Tensor:
    """Returns empty lists of indices for the same number of rows: [B, 0]."""
    return tf.zeros([tf.shape(scores)[0], 0], tf.int32)
