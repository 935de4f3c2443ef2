"""The list of a request: the best items that rules leave, varied, within limits, and pinned ones at their places."""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

from tfrec_dl.data.vocabulary import PADDING
from tfrec_dl.serving.attributes.questions import Arrays, value_codes
from tfrec_dl.serving.graphs import CALLED, called_cond, traced_once
from tfrec_dl.serving.index import LOWEST_SCORE, top_k
from tfrec_dl.serving.rules.choose import choose
from tfrec_dl.serving.rules.masks import without
from tfrec_dl.serving.rules.pool import Pool, closest_of, full, holding, numbers_of_values, scaled

POOL = 200  # items among which a list is varied


class Items(NamedTuple):
    """What lists ask of items.

    Attributes:
        vectors: indices [B, N] int32 -> [B, N, D] float32 of length 1.
        arrays: attributes, those of `compact_arrays`.
        indices: what stands for items in a list -> their indices in the arrays, both [B, N] int32; the same by default.
    """

    vectors: Callable[[tf.Tensor], tf.Tensor]
    arrays: Arrays
    indices: Callable[[tf.Tensor], tf.Tensor] = staticmethod(lambda places: places)  # type: ignore[assignment]


class Wishes(NamedTuple):
    """What a list shall be.

    Attributes:
        k: [B] int32, how long.
        diversity: [B] float32 from 0 to 1.
        limited: [B, A] names of attributes whose values are limited, "" for none.
        numbers: [B, A] int32, how many items of a value the list may hold; 0 for any number.
        pins: [B, P] int32 indices, 0 for none.
        places: [B, P] int32 from 1, of each pin.
    """

    k: tf.Tensor
    diversity: tf.Tensor
    limited: tf.Tensor
    numbers: tf.Tensor
    pins: tf.Tensor
    places: tf.Tensor


def best_list(scores: tf.Tensor, wishes: Wishes, items: Items, k_max: int) -> tf.Tensor:
    """The list of each request.

    Pinned items that are allowed are taken first, in the order of their places, as far as limits let them. The others
    are the best by score; with diversity or limits they are chosen one by one from the `POOL` best, and where limits
    let none of these follow, from the next best that they do not bar.

    Args:
        scores: [B, size] float32, `LOWEST_SCORE` where an item must not be recommended.
        wishes: what is asked for.
        items: what is known of items.
        k_max: length of the longest list.

    Returns:
        [B, k_max] int32 indices, 0 at places that no item is left for.
    """
    return _listed(scores, wishes, items, k_max, _pool_after_pool)


def list_of_a_pool(scores: tf.Tensor, wishes: Wishes, items: Items, k_max: int) -> tf.Tensor:
    """As `best_list`, where it chooses one by one of the first pool alone: the list may be short of items."""
    return _listed(scores, wishes, items, k_max, _of_first_pool)


def best_of(scores: tf.Tensor, wanted: tf.Tensor, k_max: int) -> tf.Tensor:
    """The best items as they are: [B, k_max] int32 indices, 0 beyond those wanted [B], or that are left."""
    best, _ = top_k(scores, _no_indices(scores), k_max)
    return tf.where(tf.range(k_max) < wanted[:, None], best, PADDING)


class Choice(NamedTuple):
    """What is chosen one by one beside pinned items.

    Attributes:
        left: [B, size] float32, scores of the others.
        pins: [B, P] int32, the pinned ones, 0 for none.
        wanted: [B] int32, how many.
        wishes: what is asked for.
        items: what is known of items.
        k_max: length of the longest list.
    """

    left: tf.Tensor
    pins: tf.Tensor
    wanted: tf.Tensor
    wishes: Wishes
    items: Items
    k_max: int


def _listed(
    scores: tf.Tensor, wishes: Wishes, items: Items, k_max: int, one_by_one: Callable[[Choice], tf.Tensor]
) -> tf.Tensor:
    has_pins = tf.reduce_any(wishes.pins != PADDING)

    def pinned() -> tuple[tf.Tensor, tf.Tensor]:
        pins = _allowed_pins(scores, wishes, items)
        return pins, tf.ensure_shape(without(scores, pins), scores.shape)

    pins, left = called_cond(has_pins, pinned, lambda: (tf.zeros_like(wishes.pins), scores))
    wanted = wishes.k - tf.math.count_nonzero(pins, axis=1, dtype=tf.int32)

    def chosen_one_by_one() -> tf.Tensor:
        return one_by_one(Choice(left, pins, wanted, wishes, items, k_max))

    chosen = called_cond(
        tf.reduce_any(wishes.diversity > 0) | _limited(wishes), chosen_one_by_one, lambda: best_of(left, wanted, k_max)
    )
    arranged = tf.cond(has_pins, lambda: _arranged(chosen, pins, wishes.places), lambda: chosen)
    return tf.ensure_shape(arranged, [None, k_max])


def _limited(wishes: Wishes) -> tf.Tensor:
    return tf.reduce_any(wishes.numbers > 0)


def _allowed_pins(scores: tf.Tensor, wishes: Wishes, items: Items) -> tf.Tensor:
    """The pins that the list will hold: [B, P] indices, 0 for none."""
    own = tf.gather(scores, wishes.pins, batch_dims=1)
    allowed = (wishes.pins != PADDING) & (own > LOWEST_SCORE)

    def within_limits() -> tf.Tensor:
        order = tf.argsort(wishes.places, axis=1, stable=True)
        pins, free = (tf.gather(each, order, batch_dims=1) for each in (wishes.pins, allowed))
        values = _values_of(items, pins, wishes.limited)
        nothing = tf.zeros_like(own)
        pool = Pool(free, nothing, own[:, :, None][:, :, :0], nothing, values, tf.zeros_like(values))
        picks = choose(pool, wishes.k, tf.zeros_like(wishes.diversity), wishes.numbers)
        chosen = tf.gather(tf.pad(order, [[0, 0], [1, 0]], constant_values=-1), picks + 1, batch_dims=1)
        return tf.reduce_any(chosen[:, :, None] == tf.range(tf.shape(own)[1]), axis=1)

    return tf.where(tf.cond(_limited(wishes), within_limits, lambda: allowed), wishes.pins, PADDING)


def _of_first_pool(of: Choice) -> tf.Tensor:
    """Chooses from the best that are left: [B, k_max] indices, 0 at the end."""
    _, found = _chosen_from(of, of.left, of.pins, of.wanted)
    chosen = tf.pad(found, [[0, 0], [0, of.k_max - tf.shape(found)[1]]])
    return tf.ensure_shape(chosen, [None, of.k_max])


def _pool_after_pool(of: Choice) -> tf.Tensor:
    """As `_of_first_pool`, and then from the next best that limits do not bar, until there are enough."""

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
    """The best that are left, [B, C] indices, and those chosen of them, in order, [B, S], 0 at the end.

    Args:
        of: what there is.
        left: [B, size] float32, scores.
        taken: [B, T] int32, what is in the list already, 0 for none.
        missing: [B] int32, how many to choose.
    """
    wishes, items = of.wishes, of.items
    best, own = top_k(left, _no_indices(left), min(POOL, left.shape[1]))
    best = tf.ensure_shape(best, [None, min(POOL, left.shape[1])])
    vectors = items.vectors(best)
    values = _values_of(items, best, wishes.limited)
    held = tf.where((taken != PADDING)[:, :, None], _values_of(items, taken, wishes.limited), -1)
    closest = closest_of(vectors, items.vectors(taken), taken != PADDING)
    pool = Pool(best != PADDING, scaled(own, best != PADDING), vectors, closest, values, holding(values, held))
    picks = choose(pool, missing, wishes.diversity, wishes.numbers)
    return best, tf.gather(tf.pad(best, [[0, 0], [1, 0]]), picks + 1, batch_dims=1)


@traced_once
def _without_full(scores: tf.Tensor, taken: tf.Tensor, more: tf.Tensor, wishes: Wishes, arrays: Arrays) -> tf.Tensor:
    """Scores with `LOWEST_SCORE` for items that a limit bars, so that each pool gives one item at least.

    Args:
        scores: [B, size] float32.
        taken: [B, T] int32, what is in the list, 0 for none.
        more: [B] bool, the rows that matter; one at a time, for the values of all items take memory.
        wishes: what is asked for.
        arrays: attributes of items.
    """
    every = tf.range(tf.shape(scores)[1])

    def of_row(row: tuple[tf.Tensor, ...]) -> tf.Tensor:
        own, taken, more, limited, numbers = row

        def barred() -> tf.Tensor:
            values, held = (_codes_of(arrays, each[None], limited[None]) for each in (every, taken[taken != PADDING]))
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


def _values_of(items: Items, indices: tf.Tensor, limited: tf.Tensor) -> tf.Tensor:
    return _codes_of(items.arrays, items.indices(indices), limited)


@traced_once
def _codes_of(arrays: Arrays, indices: tf.Tensor, limited: tf.Tensor) -> tf.Tensor:
    """Values of items [B, N] in attributes [B, A], as a `Pool` has them: [B, N, W] int32."""
    batch, count = tf.unstack(tf.shape(indices))
    limits = tf.shape(limited)[1]
    codes = value_codes(arrays, tf.repeat(indices, limits, axis=0), tf.reshape(limited, [-1]))
    codes = tf.reshape(codes, [batch, limits, count, tf.shape(codes)[2]])
    # A code of its own for each limit, so that values of different attributes are not taken for each other.
    own = tf.where(codes >= 0, codes * limits + tf.range(limits)[:, None, None], -1)
    return tf.reshape(tf.transpose(own, [0, 2, 1, 3]), [batch, count, limits * tf.shape(codes)[3]])


def _joined(first: tf.Tensor, then: tf.Tensor, k_max: int) -> tf.Tensor:
    """Indices of two lists one after the other, without what is 0 in between: [B, k_max]."""
    both = tf.concat([first, then], axis=1)
    order = tf.argsort(tf.cast(both == PADDING, tf.int32), axis=1, stable=True)
    return tf.ensure_shape(tf.gather(both, order[:, :k_max], batch_dims=1), [None, k_max])


@traced_once
def _arranged(chosen: tf.Tensor, pins: tf.Tensor, places: tf.Tensor) -> tf.Tensor:
    """The chosen items in order with the pinned ones at their places, or as near to the end as the list goes."""
    pinned, k_max = pins != PADDING, tf.shape(chosen)[1]
    is_place = (tf.range(1, k_max + 1)[:, None] == places[:, None, :]) & pinned[:, None, :]
    free = tf.argsort(tf.cast(tf.reduce_any(is_place, axis=2), tf.int32), axis=1, stable=True) + 1
    last = 2 * k_max
    keys = tf.concat([tf.where(pinned, places, last), tf.where(chosen != PADDING, free, last)], axis=1)
    order = tf.argsort(keys, axis=1, stable=True)[:, :k_max]
    items = tf.concat([tf.where(pinned, pins, PADDING), chosen], axis=1)
    return tf.gather(items, order, batch_dims=1)


def _no_indices(scores: tf.Tensor) -> tf.Tensor:
    """No indices for as many rows: [B, 0]."""
    return tf.zeros([tf.shape(scores)[0], 0], tf.int32)
