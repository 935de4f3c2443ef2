"""Random numbers that do not depend on how many replicas share a batch."""

import tensorflow as tf

PHILOX = 1
GROUP = 4  # 32-bit numbers per step of Philox's counter


class RandomStream(tf.__internal__.tracking.AutoTrackable):
    """Uniform random numbers; the state is part of checkpoints, not of a layer's weights, as in `tf.random.Generator`.

    A TensorFlow generator gives each replica its own stream, so training on two devices differs from training on one.
    Here a replica gets the numbers that one device would use for its rows of the global batch. Philox computes any
    position of the stream without computing those before it (Salmon et al., Parallel Random Numbers: As Easy as 1, 2,
    3, SC 2011).

    Args:
        seed: seed of the stream.
    """

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._state_var = tf.Variable(
            tf.random.create_rng_state(seed, "philox"),
            trainable=False,
            synchronization=tf.VariableSynchronization.ON_READ,
            aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA,
        )

    def uniform(self, shape: tf.Tensor, dtype: tf.DType = tf.float32) -> tf.Tensor:
        """Returns the next numbers in [0, 1), for this replica's rows of a tensor that all replicas share.

        Args:
            shape: [rank] int32 shape of this replica's rows; the same for all replicas.
            dtype: a floating-point type.
        """
        count = tf.reduce_prod(tf.cast(shape, tf.int64))
        replica, replicas = _replica()
        state = tf.raw_ops.RngReadAndSkip(
            resource=self._state_var.handle, alg=PHILOX, delta=tf.cast(count * replicas, tf.uint64)
        )
        counter, key = tf.bitcast(state[:2], tf.uint64), tf.bitcast(state[2:], tf.uint64)
        if replicas == 1:
            return tf.raw_ops.StatelessRandomUniformV2(shape=shape, key=key, counter=counter, alg=PHILOX, dtype=dtype)
        before = count * replica
        counter += tf.cast(tf.stack([before // GROUP, 0]), tf.uint64)
        drawn = tf.raw_ops.StatelessRandomUniformV2(
            shape=[count + GROUP - 1], key=key, counter=counter, alg=PHILOX, dtype=dtype
        )
        skipped = before % GROUP
        return tf.reshape(drawn[skipped : skipped + count], shape)


def _replica() -> tuple[tf.Tensor, int]:
    """Returns the number of this replica, scalar int64, and the number of replicas."""
    context = tf.distribute.get_replica_context()
    if context is None:
        return tf.constant(0, tf.int64), 1
    return tf.cast(context.replica_id_in_sync_group, tf.int64), context.num_replicas_in_sync
