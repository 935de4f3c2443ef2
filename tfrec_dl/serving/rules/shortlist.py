"""A list by conditions and boosts from the items that score best without them, and whether all items would give it.

Conditions mostly leave enough of the best few hundred items, and to ask so few costs next to nothing. No other item can
be in the list where enough are found, and no boosts could lift another above them.
"""

from typing import NamedTuple

import tensorflow as tf

from tfrec_dl.data.vocabulary import FIRST_ITEM, PADDING
from tfrec_dl.serving.attributes.terms import judged_some
from tfrec_dl.serving.graphs import called_cond
from tfrec_dl.serving.index import LOWEST_SCORE, top_k
from tfrec_dl.serving.rules.lists import best_of, list_of_a_pool
from tfrec_dl.serving.rules.request import RuledRequest
from tfrec_dl.serving.rules.scores import kept_out
from tfrec_dl.serving.rules.wishes import Items

COUNT = 256  # items
LARGE = 1_000  # items from which a shortlist is worth its place in the graph
SLACK = 1e-5  # of rounding, relative


class Shortlisted(NamedTuple):
    """Lists of B requests.

    Attributes:
        is_exact: scalar bool, whether they are those of all items.
        indices: [B, k_max] int32, 0 at the end.
        scores: [B, k_max] float32.
    """

    is_exact: tf.Tensor
    indices: tf.Tensor
    scores: tf.Tensor


def none_found(scores: tf.Tensor, k_max: int) -> Shortlisted:
    """What is given where no shortlist is made: lists of no items, which are not exact."""
    places = [tf.shape(scores)[0], k_max]
    return Shortlisted(tf.constant(False), tf.fill(places, PADDING), tf.fill(places, LOWEST_SCORE))


def is_likely_short(request: RuledRequest, size: int, k_max: int) -> tf.Tensor:
    """Whether a shortlist may do, and saves time: scalar bool.

    Of a pool that a list is varied among, most are seldom among so few.

    Args:
        request: what is asked for.
        size: of the catalogue.
        k_max: length of the longest list.
    """
    is_more = tf.reduce_any(request.restricted) | tf.reduce_any(request.wishes.diversity > 0)
    fits = tf.shape(request.wishes.pins)[1] + k_max < min(COUNT, size)
    return (request.has_conditions | request.has_boosts) & ~is_more & fits


def shortlisted(
    scores: tf.Tensor, seen: tf.Tensor, deviation: tf.Tensor, request: RuledRequest, items: Items, k_max: int
) -> Shortlisted:
    """The list of each request, of its best items.

    Args:
        scores: [B, size] float32.
        seen: [B, L] int32, the histories.
        deviation: [B, 1] float32, what a boost of 1 adds.
        request: what is asked for.
        items: what is known of items.
        k_max: length of the longest list.
    """
    count = min(COUNT, scores.shape[1])
    wishes, masked = request.wishes, kept_out(request, seen)
    best, own = top_k(scores, masked, count)
    # Pinned items take the places of the last ones, and are looked at once.
    others = count - tf.shape(wishes.pins)[1]
    best, last = best[:, :others], own[:, others - 1]
    is_once = ~_is_in(wishes.pins, tf.concat([best, masked], axis=1))
    pins = tf.where(is_once, wishes.pins, PADDING)
    known = tf.sort(tf.concat([best, pins], axis=1), axis=1)  # ties go to the lower index
    known = tf.ensure_shape(known, [None, count])
    own = tf.gather(scores, known, batch_dims=1)
    fulfilled, boosts = judged_some(request.arrays, request.terms, known)
    own += deviation * boosts
    # Not by "not less": where the bound is NaN, TensorFlow's optimizer makes "at least" of it, which does not hold.
    own = tf.where(own < request.min_score[:, None], LOWEST_SCORE, own)
    own = tf.where(fulfilled & (known != PADDING), own, LOWEST_SCORE)
    # As a catalogue of its own, whose first two places are padding and unknown.
    before = [[0, 0], [FIRST_ITEM, 0]]
    own, known = tf.pad(own, before, constant_values=LOWEST_SCORE), tf.pad(known, before)
    places = tf.argmax(known[:, None, :] == wishes.pins[:, :, None], axis=2, output_type=tf.int32)

    def indices(chosen: tf.Tensor) -> tf.Tensor:
        return tf.gather(known, chosen, batch_dims=1)

    few = Items(lambda chosen: items.vectors(indices(chosen)), items.arrays, indices)
    chosen = called_cond(
        tf.reduce_any(wishes.numbers > 0) | tf.reduce_any(places != PADDING),
        lambda: list_of_a_pool(own, wishes._replace(pins=places), few, k_max),
        lambda: best_of(own, wishes.k, k_max),
    )
    found = tf.gather(own, chosen, batch_dims=1)
    is_whole = tf.math.count_nonzero(chosen, axis=1, dtype=tf.int32) >= wishes.k
    is_best = ~request.has_boosts | _is_above(chosen, found, places, _bound(last, deviation[:, 0], request))
    return Shortlisted(tf.reduce_all(is_whole & is_best), indices(chosen), found)


def _is_in(items: tf.Tensor, those: tf.Tensor) -> tf.Tensor:
    """Which of items [B, N] are among others [B, M]: [B, N] bool."""
    return tf.reduce_any(items[:, :, None] == those[:, None, :], axis=2)


def _bound(last: tf.Tensor, deviation: tf.Tensor, request: RuledRequest) -> tf.Tensor:
    """What no other item's score can be above, boosts included: [B]; `last` is the lowest score of the best."""
    terms = request.terms
    most = tf.math.unsorted_segment_sum(tf.maximum(terms.weights, 0.0), terms.rows, tf.size(last))
    gain = deviation * most
    return last + gain + SLACK * (tf.abs(last) + gain)


def _is_above(chosen: tf.Tensor, scores: tf.Tensor, pins: tf.Tensor, bound: tf.Tensor) -> tf.Tensor:
    """Whether all chosen items but the pinned ones score above a bound [B]: [B] bool."""
    is_free = (chosen != PADDING) & ~_is_in(chosen, pins)
    return tf.reduce_all(~is_free | (scores > bound[:, None]), axis=1)
