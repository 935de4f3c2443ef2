"""What the replicas of a synchronous strategy know of each other in a step."""

import tensorflow as tf


def share_of_replicas(weight: tf.Tensor) -> tf.Tensor | float:
    """This replica's share of a weight in the sum over all replicas; 1 where there is one replica.

    A mean over this replica's part of a batch times the share, summed over the replicas, is the mean over the global
    batch, however unevenly it is divided.

    Args:
        weight: scalar float32, what the replica's mean is over.

    Returns:
        Scalar float32; 0 where no replica has any weight.
    """
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return 1.0
    return tf.math.divide_no_nan(weight, context.all_reduce(tf.distribute.ReduceOp.SUM, weight))
