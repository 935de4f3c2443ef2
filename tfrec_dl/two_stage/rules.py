"""Rules of a request to two stages, applied to the candidates and to the ranked list."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from tfrec_dl.data.vocabulary import PADDING
from tfrec_dl.serving.attributes.terms import judged_some
from tfrec_dl.serving.index import LOWEST_SCORE, top_k
from tfrec_dl.serving.rules.inputs import RuleTensors
from tfrec_dl.serving.rules.masks import cells
from tfrec_dl.serving.rules.request import RuledRequest
from tfrec_dl.serving.rules.scores import allowed, deviations, preferred

HIGHEST = float(np.finfo(np.float32).max)


class Candidates(NamedTuple):
    """The candidates found by the first stage.

    Attributes:
        indices: [B, C] int32, 0 where there is none.
        scores: [B, C] float32, scores of the retrieval without boosts.
    """

    indices: tf.Tensor
    scores: tf.Tensor


def rule_names(taken: tuple[str, ...]) -> dict[str, str]:
    """Maps each rule to its input of `recommend_ranked_with_rules`, whose other inputs are `taken`."""
    found = {}
    for rule in RuleTensors._fields:
        name = rule
        while name in taken and rule != "exclude":  # `recommend_ranked` has this input too
            name += "_"
        found[rule] = name
    return found


def candidates_of(scores: tf.Tensor, seen: tf.Tensor, request: RuledRequest, count: int) -> Candidates:
    """Returns the candidates that the rules allow, chosen with boosts and including pinned items.

    Args:
        scores: [B, size] float32.
        seen: [B, L] int32, the histories.
        request: the parsed requests; `min_score` applies to the ranker's scores.
        count: number of candidates per request.
    """
    of_any_score = request._replace(min_score=tf.fill(tf.shape(request.min_score), float("nan")))
    left = allowed(preferred(scores, of_any_score, deviations(scores, request)), request, seen)
    pins = request.wishes.pins
    own = tf.gather(left, pins, batch_dims=1)
    left = tf.tensor_scatter_nd_update(left, cells(pins), tf.where(own > LOWEST_SCORE, HIGHEST, own))
    best, found = top_k(left, pins[:, :0], count)
    return Candidates(best, tf.where(found > LOWEST_SCORE, tf.gather(scores, best, batch_dims=1), LOWEST_SCORE))


def preferred_of_ranked(scores: tf.Tensor, places: tf.Tensor, request: RuledRequest, size: int) -> tf.Tensor:
    """Returns the ranker's scores by item plus boosts, measured in standard deviations of the row's candidate scores.

    Args:
        scores: [B, C] float32.
        places: [B, C] int32, indices of the candidates, 0 where there is none.
        request: the parsed requests.
        size: number of item indices.

    Returns:
        [B, size] float32, `LOWEST_SCORE` for items that are no candidates or below `min_score`.
    """
    is_candidate = places != PADDING

    def boosted() -> tf.Tensor:
        count = tf.maximum(tf.math.count_nonzero(is_candidate, axis=1, keepdims=True, dtype=tf.float32), 1.0)
        known = tf.where(is_candidate, scores, 0.0)
        distances = tf.where(is_candidate, known - tf.reduce_sum(known, axis=1, keepdims=True) / count, 0.0)
        deviation = tf.sqrt(tf.reduce_sum(distances**2, axis=1, keepdims=True) / count)
        _, boosts = judged_some(request.arrays, request.terms, places)
        return scores + tf.where(deviation > 0, deviation, 1.0) * boosts

    own = tf.cond(request.has_boosts, boosted, lambda: scores)
    # Not written as "not less": if the bound is NaN, TensorFlow's optimizer turns it into "at least", which is false.
    own = tf.where(own < request.min_score[:, None], LOWEST_SCORE, own)
    own = tf.where(is_candidate, own, LOWEST_SCORE)
    nothing = tf.fill(tf.stack([tf.shape(scores)[0], size]), LOWEST_SCORE)
    return tf.tensor_scatter_nd_update(nothing, cells(places), own)
