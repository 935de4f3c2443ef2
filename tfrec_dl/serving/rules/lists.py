"""The list of a request: the best items allowed by its rules, varied, within limits, and with pinned items in place."""

from collections.abc import Callable

import tensorflow as tf

from tfrec_dl.data.vocabulary import PADDING
from tfrec_dl.serving.graphs import called_cond, traced_once
from tfrec_dl.serving.index import LOWEST_SCORE, top_k
from tfrec_dl.serving.rules.choose import choose_in_order
from tfrec_dl.serving.rules.masks import without
from tfrec_dl.serving.rules.one_by_one import Choice, no_indices, of_first_pool, pool_after_pool
from tfrec_dl.serving.rules.pool import Pool
from tfrec_dl.serving.rules.wishes import Items, Wishes, values_of


def best_list(scores: tf.Tensor, wishes: Wishes, items: Items, k_max: int) -> tf.Tensor:
    """Returns the list of each request.

    Allowed pinned items are taken first, in the order of their places, as far as limits permit. The other items are the
    best by score. With diversity or limits, they are chosen one by one from the `POOL` best items; if limits permit
    none of these, from the next best items that the limits do not exclude.

    Args:
        scores: [B, size] float32, `LOWEST_SCORE` where an item must not be recommended.
        wishes: properties of the requested lists.
        items: data about the items.
        k_max: length of the longest list.

    Returns:
        [B, k_max] int32 indices, 0 in places without an item.
    """
    return _listed(scores, wishes, items, k_max, pool_after_pool)


def list_of_a_pool(scores: tf.Tensor, wishes: Wishes, items: Items, k_max: int) -> tf.Tensor:
    """Does the same as `best_list`, but chooses only from the first pool, so the list may be too short."""
    return _listed(scores, wishes, items, k_max, of_first_pool)


def best_of(scores: tf.Tensor, wanted: tf.Tensor, k_max: int) -> tf.Tensor:
    """Returns the best items without further rules: [B, k_max] int32 indices, 0 after the wanted [B] or last ones."""
    best, _ = top_k(scores, no_indices(scores), k_max)
    return tf.where(tf.range(k_max) < wanted[:, None], best, PADDING)


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
    """Returns the pinned items that the list will hold: [B, P] indices, 0 for none."""
    own = tf.gather(scores, wishes.pins, batch_dims=1)
    allowed = (wishes.pins != PADDING) & (own > LOWEST_SCORE)

    def within_limits() -> tf.Tensor:
        order = tf.argsort(wishes.places, axis=1, stable=True)
        pins, free = (tf.gather(each, order, batch_dims=1) for each in (wishes.pins, allowed))
        values = values_of(items, pins, wishes.limited)
        nothing = tf.zeros_like(own)
        pool = Pool(free, nothing, own[:, :, None][:, :, :0], nothing, values, tf.zeros_like(values))
        picks = choose_in_order(pool, wishes.k, wishes.numbers)
        chosen = tf.gather(tf.pad(order, [[0, 0], [1, 0]], constant_values=-1), picks + 1, batch_dims=1)
        return tf.reduce_any(chosen[:, :, None] == tf.range(tf.shape(own)[1]), axis=1)

    return tf.where(tf.cond(_limited(wishes), within_limits, lambda: allowed), wishes.pins, PADDING)


@traced_once
def _arranged(chosen: tf.Tensor, pins: tf.Tensor, places: tf.Tensor) -> tf.Tensor:
    """Merges the chosen items, in order, with pinned items at their places, or at the end if the list is shorter."""
    pinned, k_max = pins != PADDING, tf.shape(chosen)[1]
    is_place = (tf.range(1, k_max + 1)[:, None] == places[:, None, :]) & pinned[:, None, :]
    free = tf.argsort(tf.cast(tf.reduce_any(is_place, axis=2), tf.int32), axis=1, stable=True) + 1
    last = 2 * k_max
    keys = tf.concat([tf.where(pinned, places, last), tf.where(chosen != PADDING, free, last)], axis=1)
    order = tf.argsort(keys, axis=1, stable=True)[:, :k_max]
    items = tf.concat([tf.where(pinned, pins, PADDING), chosen], axis=1)
    return tf.gather(items, order, batch_dims=1)
