"""Replica context of a synchronous strategy in a step."""

from collections.abc import Sequence

import tensorflow as tf


def share_of_replicas(weight: tf.Tensor) -> tf.Tensor | float:
    """This replica's share of a weight in the sum over all replicas; 1 where there is one replica.

    A mean over this replica's part of a batch times the share, summed over the replicas, is the mean over the global
    batch, however unevenly it is split.

    Args:
        weight: scalar float32, what the replica's mean is over.

    Returns:
        Scalar float32; 0 where no replica has any weight.
    """
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return 1.0
    return tf.math.divide_no_nan(weight, context.all_reduce(tf.distribute.ReduceOp.SUM, weight))


def counted_once(penalties: Sequence[tf.Tensor]) -> tf.Tensor | float:
    """What to add on each replica so that penalties of the weights, which each replica adds in full, count once.

    Args:
        penalties: scalars, of the model's layers.

    Returns:
        Scalar, not positive; 0 where there is one replica or no penalty.
    """
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    return tf.add_n(penalties) * (1 / replicas - 1) if penalties and replicas > 1 else 0.0
