"""Check whether requests have any rules, so that most of the work of reading rules can be skipped if they have none."""

import tensorflow as tf

from tfrec_dl.serving.rules.inputs import KEEP_SEEN, Bounds, RuleTensors


def asks_for_more(rules: RuleTensors, bounds: Bounds) -> tf.Tensor:
    """Whether any request has a rule or an invalid value, ignoring `exclude`, `keep_seen` and `k`: scalar bool."""
    fields = (rules.only, rules.must, rules.must_not, rules.boost, rules.at_most, rules.pin)
    texts = tf.concat([tf.reshape(each, [-1]) for each in fields], axis=0)
    of_rows = (
        (tf.abs(rules.diversity) > 0)  # false for NaN
        | ~tf.math.is_nan(rules.min_score)
        | (rules.k < 0)
        | (rules.k > bounds.k_max)
        | tf.reduce_all(rules.keep_seen[:, None] != KEEP_SEEN, axis=1)
    )
    unlike = tf.shape(rules.boost)[1] != tf.shape(rules.boost_weights)[1]
    return tf.reduce_any(texts != "") | tf.reduce_any(of_rows) | unlike
