"""Shortlists: lists made from the items with the best plain scores, and whether using all items would give the same.

Conditions usually leave enough of the best few hundred items, and checking so few costs almost nothing. If enough are
found, and no boost could lift another item above them, no other item can be in the list.
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

COUNT = 256  # number of shortlisted items
LARGE = 1_000  # catalogue size from which a shortlist is worth including in the graph
SLACK = 1e-5  # relative rounding error


class Shortlisted(NamedTuple):
    """Lists of B requests.

    Attributes:
        is_exact: scalar bool, whether they equal the lists made from all items.
        indices: [B, k_max] int32, 0 at the end.
        scores: [B, k_max] float32.
    """

    is_exact: tf.Tensor
    indices: tf.Tensor
    scores: tf.Tensor


def none_found(scores: tf.Tensor, k_max: int) -> Shortlisted:
    """Returns the result if no shortlist is made: empty lists, marked as not exact."""
    places = [tf.shape(scores)[0], k_max]
    return Shortlisted(tf.constant(False), tf.fill(places, PADDING), tf.fill(places, LOWEST_SCORE))


def is_likely_short(request: RuledRequest, size: int, k_max: int) -> tf.Tensor:
    """Whether a shortlist is likely to suffice and saves time: scalar bool.

    It is not for diversity, because most of the pool for varying a list is seldom in the shortlist.

    Args:
        request: the parsed requests.
        size: number of items in the catalogue.
        k_max: length of the longest list.
    """
    is_more = tf.reduce_any(request.restricted) | tf.reduce_any(request.wishes.diversity > 0)
    fits = tf.shape(request.wishes.pins)[1] + k_max < min(COUNT, size)
    return (request.has_conditions | request.has_boosts) & ~is_more & fits


def shortlisted(
    scores: tf.Tensor, seen: tf.Tensor, deviation: tf.Tensor, request: RuledRequest, items: Items, k_max: int
) -> Shortlisted:
    """Makes the list of each request from its best items.

    Args:
        scores: [B, size] float32.
        seen: [B, L] int32, the histories.
        deviation: [B, 1] float32, what a boost of 1 adds.
        request: the parsed requests.
        items: data about the items.
        k_max: length of the longest list.
    """
    count = min(COUNT, scores.shape[1])
    wishes, masked = request.wishes, kept_out(request, seen)
    best, own = top_k(scores, masked, count)
    # Pinned items replace the last ones, and each is looked at only once.
    others = count - tf.shape(wishes.pins)[1]
    best, last = best[:, :others], own[:, others - 1]
    is_once = ~_is_in(wishes.pins, tf.concat([best, masked], axis=1))
    pins = tf.where(is_once, wishes.pins, PADDING)
    known = tf.sort(tf.concat([best, pins], axis=1), axis=1)  # ties go to the lower index
    known = tf.ensure_shape(known, [None, count])
    own = tf.gather(scores, known, batch_dims=1)
    fulfilled, boosts = judged_some(request.arrays, request.terms, known)
    own += deviation * boosts
    # Not written as "not less": if the bound is NaN, TensorFlow's optimizer turns it into "at least", which is false.
    own = tf.where(own < request.min_score[:, None], LOWEST_SCORE, own)
    own = tf.where(fulfilled & (known != PADDING), own, LOWEST_SCORE)
    # Treated as a separate catalogue, whose first two positions are padding and unknown.
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
    """Returns which of items [B, N] are among others [B, M]: [B, N] bool."""
    return tf.reduce_any(items[:, :, None] == those[:, None, :], axis=2)


def _bound(last: tf.Tensor, deviation: tf.Tensor, request: RuledRequest) -> tf.Tensor:
    """Returns an upper bound on other items' scores, boosts included: [B]; `last` is the lowest shortlisted score."""
    terms = request.terms
    most = tf.math.unsorted_segment_sum(tf.maximum(terms.weights, 0.0), terms.rows, tf.size(last))
    gain = deviation * most
    return last + gain + SLACK * (tf.abs(last) + gain)


def _is_above(chosen: tf.Tensor, scores: tf.Tensor, pins: tf.Tensor, bound: tf.Tensor) -> tf.Tensor:
    """Returns whether all chosen items, except pinned ones, score above a bound [B]: [B] bool."""
    is_free = (chosen != PADDING) & ~_is_in(chosen, pins)
    return tf.reduce_all(~is_free | (scores > bound[:, None]), axis=1)
