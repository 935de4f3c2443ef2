"""Ids of recommendations: which version of an export made which list, so that a click can be put down to it."""

import secrets

import tensorflow as tf

from tfrec_dl.serving.graphs import traced_once

MARK = b"-"  # between the version's id and the list's


def new_version_id() -> str:
    """An id that no other version of any export has."""
    return secrets.token_hex(8)


@traced_once
def recommendation_ids(version_id: tf.Tensor, indices: tf.Tensor) -> tf.Tensor:
    """The ids of lists [B, k]: [B] strings, the version's id and a fingerprint of the list, in order.

    The same list by the same version has the same id, in every process and on every machine.
    """
    prints = tf.strings.as_string(tf.bitcast(tf.fingerprint(indices), tf.uint64))
    return tf.strings.join([version_id, prints], MARK)
