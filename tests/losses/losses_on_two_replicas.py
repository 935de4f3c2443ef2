"""Losses and gradients of a global batch on two logical CPUs and on one; a process of its own, which devices need.

Writes JSON: loss -> replicas -> [mean loss, gradient of the table, gradient of the queries].
"""

import json
from pathlib import Path

import numpy as np
import tensorflow as tf

SIZE, WIDTH = 40, 4
COUNTS = np.concatenate([[0, 0], np.arange(SIZE - 2, 0, -1)])
TARGETS = np.random.default_rng(0).integers(2, 12, size=11).astype(np.int32)  # with accidental hits
PARTS = (slice(0, 7), slice(7, 11))  # of different length


def outcome(loss, replicas: int) -> list:
    """Of one step on so many replicas."""
    from tfrec_dl.losses import Candidates

    devices = [f"CPU:{number}" for number in range(replicas)]
    strategy = tf.distribute.MirroredStrategy(devices) if replicas > 1 else tf.distribute.get_strategy()
    generator = np.random.default_rng(1)
    with strategy.scope():
        table = tf.Variable(generator.normal(size=(SIZE, WIDTH)), dtype=tf.float32)
        queries = tf.Variable(generator.normal(size=(len(TARGETS), WIDTH)), dtype=tf.float32)

    def gradients(rows):
        with tf.GradientTape() as tape:
            candidates = Candidates(lambda indices: tf.gather(table, indices), COUNTS, tf.constant([3, 4]))
            losses = loss.per_target(tf.gather(queries, rows), tf.gather(TARGETS, rows), candidates)
            total = tf.reduce_sum(losses) / len(TARGETS)
        found = tape.gradient(total, [table, queries])
        assert all(isinstance(gradient, tf.IndexedSlices) for gradient in found)
        return [total, *map(tf.convert_to_tensor, found)]

    @tf.function
    def step():
        if replicas == 1:
            return gradients(tf.range(len(TARGETS)))
        parts = [tf.range(part.start, part.stop) for part in PARTS]
        rows = strategy.experimental_distribute_values_from_function(
            lambda context: parts[context.replica_id_in_sync_group]
        )
        per_replica = strategy.run(gradients, [rows])
        return [strategy.reduce(tf.distribute.ReduceOp.SUM, value, axis=None) for value in per_replica]

    return [value.numpy().tolist() for value in step()]


def main(answer: str) -> None:
    tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
    )
    from tfrec_dl.losses import GBCE, InBatchSoftmax, MixedSoftmax, SampledSoftmax

    losses = (InBatchSoftmax(), MixedSoftmax(negatives=16), SampledSoftmax(negatives=16), GBCE(negatives=16))
    found = {loss.name: {replicas: outcome(loss, replicas) for replicas in (1, 2)} for loss in losses}
    Path(answer).write_text(json.dumps(found))
