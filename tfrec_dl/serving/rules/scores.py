"""What rules do to scores: boosts are added, and what must not be recommended gets the lowest score."""

import tensorflow as tf

from tfrec_dl.data.vocabulary import FIRST_ITEM, PADDING
from tfrec_dl.serving.graphs import traced_once
from tfrec_dl.serving.index import LOWEST_SCORE
from tfrec_dl.serving.rules.masks import cells, without
from tfrec_dl.serving.rules.request import RuledRequest


@traced_once
def preferred(scores: tf.Tensor, request: RuledRequest) -> tf.Tensor:
    """Scores plus boosts in standard deviations of the row's scores, `LOWEST_SCORE` where below `min_score`.

    Args:
        scores: [B, size] float32.
        request: what is asked for.
    """

    def boosted() -> tf.Tensor:
        deviation = tf.math.reduce_std(scores[:, FIRST_ITEM:], axis=1, keepdims=True)
        return scores + tf.where(deviation > 0, deviation, 1.0) * request.boosts  # of one score for all, as it is

    scores = tf.cond(request.has_boosts, boosted, lambda: scores)
    return tf.cond(
        tf.reduce_all(tf.math.is_nan(request.min_score)),
        lambda: scores,
        lambda: tf.where(scores < request.min_score[:, None], LOWEST_SCORE, scores),
    )


@traced_once
def allowed(scores: tf.Tensor, request: RuledRequest, seen: tf.Tensor) -> tf.Tensor:
    """Scores with `LOWEST_SCORE` for items that must not be recommended.

    Args:
        scores: [B, size] float32.
        request: what is asked for.
        seen: [B, L] int32, the histories.
    """
    never = tf.fill([tf.shape(seen)[0], FIRST_ITEM], PADDING) + tf.range(FIRST_ITEM)
    scores = without(scores, tf.concat([never, kept_out(request, seen)], axis=1))
    scores = tf.cond(request.has_conditions, lambda: tf.where(request.fulfilled, scores, LOWEST_SCORE), lambda: scores)
    return tf.cond(tf.reduce_any(request.restricted), lambda: _only(scores, request), lambda: scores)


def kept_out(request: RuledRequest, seen: tf.Tensor) -> tf.Tensor:
    """What is excluded, and what is seen and must not come back: [B, M] int32, 0 for none."""
    return tf.concat([tf.where(request.keeps_seen[:, None], PADDING, seen), request.excluded], axis=1)


def _only(scores: tf.Tensor, request: RuledRequest) -> tf.Tensor:
    """The scores of the items in `only`; the others get `LOWEST_SCORE` in rows that are restricted."""
    nothing = tf.zeros_like(scores, tf.bool)
    named = tf.tensor_scatter_nd_update(nothing, cells(request.only), tf.ones_like(request.only, tf.bool))
    return tf.where(named | ~request.restricted[:, None], scores, LOWEST_SCORE)
