"""Sharing of targets between the replicas of a synchronous strategy."""

import tensorflow as tf


def gather_targets(targets: tf.Tensor, vectors: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Gathers the targets of the global batch; a replica's own come first, in their order.

    With a single replica it returns its arguments, without communication. Replicas may hold different numbers of
    targets. Gradients flow back to the replica that a vector comes from.

    Args:
        targets: [P] int32 targets of this replica.
        vectors: [P, D] their item vectors.

    Returns:
        [G] int32 and [G, D], where G is the number of targets of all replicas.
    """
    if tf.distribute.get_strategy().num_replicas_in_sync == 1 or tf.distribute.in_cross_replica_context():
        return targets, vectors
    replica = tf.distribute.get_replica_context()
    counts, all_targets, all_vectors = (
        replica.all_gather(value, axis=0) for value in (tf.shape(targets)[:1], targets, vectors)
    )
    own = tf.reduce_sum(counts[: replica.replica_id_in_sync_group])
    return tf.roll(all_targets, -own, axis=0), tf.roll(all_vectors, -own, axis=0)
