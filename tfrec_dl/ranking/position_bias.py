"""Position bias: what a place in the list adds to a click's logit, in training alone."""

import numpy as np
import tensorflow as tf


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class PositionBias(tf.keras.layers.Layer):
    """A number a position, added to the logit of a click where the position is known.

    A click means that an item was liked and looked at, and whether it was looked at depends on its place in the list. A
    tower of its own for the place takes the second part away from the rest of the network (Zhao et al., Recommending
    What Video to Watch Next, RecSys 2019). When served, every candidate gets the same: the mean over the training
    impressions.

    Args:
        counts: [P] training impressions at each position.
    """

    def __init__(self, counts: np.ndarray, name: str = "position_bias", **kwargs: object) -> None:
        super().__init__(name=name, **kwargs)
        self.counts = np.asarray(counts, dtype=np.float32)
        self.table = self.add_weight("table", [len(counts)], initializer="zeros")

    def get_config(self) -> dict:
        """The arguments to build the layer again."""
        return {**super().get_config(), "counts": self.counts.tolist()}

    def call(self, positions: tf.Tensor) -> tf.Tensor:
        """Positions [R] int32 from 0 -> [R]; those beyond the last known are taken for that."""
        return tf.gather(self.table, tf.minimum(positions, len(self.counts) - 1))

    def constant(self) -> tf.Tensor:
        """The mean over the training impressions, a scalar."""
        return tf.reduce_sum(self.table * self.counts) / tf.reduce_sum(tf.constant(self.counts))
