"""Position bias: what a position in the list adds to the click logit, in training only."""

import numpy as np
import tensorflow as tf


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class PositionBias(tf.keras.layers.Layer):
    """A number per position, added to the click logit if the position is known.

    A click means that an item was both liked and seen, and whether it was seen depends on its position in the list. A
    separate tower for the position removes this effect from the rest of the network (Zhao et al., Recommending What
    Video to Watch Next, RecSys 2019). In serving, every candidate gets the same value, the mean over the training
    impressions.

    Args:
        counts: [P] number of training impressions at each position.
    """

    def __init__(self, counts: np.ndarray, name: str = "position_bias", **kwargs: object) -> None:
        super().__init__(name=name, **kwargs)
        self.counts = np.asarray(counts, dtype=np.float32)
        self.table = self.add_weight("table", [len(counts)], initializer="zeros")

    def get_config(self) -> dict:
        """Returns the arguments needed to build the layer again."""
        return {**super().get_config(), "counts": self.counts.tolist()}

    def call(self, positions: tf.Tensor) -> tf.Tensor:
        """Maps positions [R] int32 from 0 to [R]; positions beyond the last known one get its value."""
        return tf.gather(self.table, tf.minimum(positions, len(self.counts) - 1))

    def constant(self) -> tf.Tensor:
        """Returns the mean over the training impressions, a scalar."""
        return tf.reduce_sum(self.table * self.counts) / tf.reduce_sum(tf.constant(self.counts))
