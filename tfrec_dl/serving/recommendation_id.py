"""Recommendation ids, which say which export version made which list, so that clicks can be attributed to it."""

import secrets

import tensorflow as tf

from tfrec_dl.serving.graphs import traced_once

MARK = b"-"  # separates the version's id from the list's


def new_version_id() -> str:
    """Returns an id that no other version of any export has."""
    return secrets.token_hex(8)


@traced_once
def recommendation_ids(version_id: tf.Tensor, indices: tf.Tensor) -> tf.Tensor:
    """Returns the ids of lists [B, k]: [B] strings made of the version's id and a fingerprint of the ordered list.

    The same list from the same version has the same id in every process and on every machine.
    """
    prints = tf.strings.as_string(tf.bitcast(tf.fingerprint(indices), tf.uint64))
    return tf.strings.join([version_id, prints], MARK)
