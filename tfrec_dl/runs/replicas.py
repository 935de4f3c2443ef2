"""Helpers for steps in the replica context of a synchronous strategy."""

from collections.abc import Sequence

import tensorflow as tf


def share_of_replicas(weight: tf.Tensor) -> tf.Tensor | float:
    """Returns this replica's share of the summed weight of all replicas; 1 for a single replica.

    The mean over this replica's part of a batch, times the share and summed over the replicas, is the mean over the
    global batch, however unevenly it is split.

    Args:
        weight: scalar float32, total weight of the replica's mean.

    Returns:
        Scalar float32; 0 if no replica has any weight.
    """
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return 1.0
    return tf.math.divide_no_nan(weight, context.all_reduce(tf.distribute.ReduceOp.SUM, weight))


def counted_once(penalties: Sequence[tf.Tensor]) -> tf.Tensor | float:
    """Returns a correction so that penalties on weights, which each replica adds in full, count only once.

    Args:
        penalties: scalars from the model's layers.

    Returns:
        Scalar, not positive; 0 if there is only one replica, or no penalty.
    """
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    return tf.add_n(penalties) * (1 / replicas - 1) if penalties and replicas > 1 else 0.0
