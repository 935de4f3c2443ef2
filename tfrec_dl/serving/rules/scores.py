"""Effect of rules on scores: boosts are added, and items that must not be recommended get the lowest score."""

import tensorflow as tf

from tfrec_dl.data.vocabulary import FIRST_ITEM, PADDING
from tfrec_dl.serving.attributes.terms import boosts_of_all, fulfilled_by_all
from tfrec_dl.serving.graphs import called_cond, traced_once
from tfrec_dl.serving.index import LOWEST_SCORE
from tfrec_dl.serving.rules.masks import cells, without
from tfrec_dl.serving.rules.request import RuledRequest


@traced_once
def deviations(scores: tf.Tensor, request: RuledRequest) -> tf.Tensor:
    """Returns what a boost of 1 adds: the standard deviation of the row's scores, or 1 if they are all equal: [B, 1].

    If no request has a boost, the result is 1.

    Args:
        scores: [B, size] float32.
        request: the parsed requests.
    """

    def of_scores() -> tf.Tensor:
        deviation = tf.math.reduce_std(scores[:, FIRST_ITEM:], axis=1, keepdims=True)
        return tf.where(deviation > 0, deviation, 1.0)

    return tf.cond(request.has_boosts, of_scores, lambda: tf.ones([tf.shape(scores)[0], 1]))


@traced_once
def preferred(scores: tf.Tensor, request: RuledRequest, deviation: tf.Tensor) -> tf.Tensor:
    """Returns scores plus boosts, with `LOWEST_SCORE` for results below `min_score`.

    Args:
        scores: [B, size] float32.
        request: the parsed requests.
        deviation: [B, 1] float32, what a boost of 1 adds.
    """

    def boosted() -> tf.Tensor:
        return scores + deviation * boosts_of_all(request.arrays, request.terms, tf.shape(scores)[0])

    scores = called_cond(request.has_boosts, boosted, lambda: scores)
    return tf.cond(
        tf.reduce_all(tf.math.is_nan(request.min_score)),
        lambda: scores,
        lambda: tf.where(scores < request.min_score[:, None], LOWEST_SCORE, scores),
    )


@traced_once
def allowed(scores: tf.Tensor, request: RuledRequest, seen: tf.Tensor) -> tf.Tensor:
    """Returns the scores with `LOWEST_SCORE` for items that must not be recommended.

    Args:
        scores: [B, size] float32.
        request: the parsed requests.
        seen: [B, L] int32, the histories.
    """
    never = tf.fill([tf.shape(seen)[0], FIRST_ITEM], PADDING) + tf.range(FIRST_ITEM)
    scores = without(scores, tf.concat([never, kept_out(request, seen)], axis=1))

    def fulfilling() -> tf.Tensor:
        return tf.where(fulfilled_by_all(request.arrays, request.terms, tf.shape(scores)[0]), scores, LOWEST_SCORE)

    scores = called_cond(request.has_conditions, fulfilling, lambda: scores)
    return tf.cond(tf.reduce_any(request.restricted), lambda: _only(scores, request), lambda: scores)


def kept_out(request: RuledRequest, seen: tf.Tensor) -> tf.Tensor:
    """Returns the excluded items, and the seen items that must not come back: [B, M] int32, 0 for none."""
    return tf.concat([tf.where(request.keeps_seen[:, None], PADDING, seen), request.excluded], axis=1)


def _only(scores: tf.Tensor, request: RuledRequest) -> tf.Tensor:
    """Keeps the scores of items in `only`; in restricted rows, all others get `LOWEST_SCORE`."""
    nothing = tf.zeros_like(scores, tf.bool)
    named = tf.tensor_scatter_nd_update(nothing, cells(request.only), tf.ones_like(request.only, tf.bool))
    return tf.where(named | ~request.restricted[:, None], scores, LOWEST_SCORE)
