"""Fields that a ranker reads, one vector each."""

from typing import NamedTuple

import tensorflow as tf


class Fields(NamedTuple):
    """Tensors of a functional model, one row an impression, all vectors of the same width K.

    Attributes:
        user: [R, K] float32, of the user's id.
        item: [R, K] float32, of the candidate's id.
        features: of the features of user, item and context, [R, K] float32 each; may be none.
        history: [R, L, K] float32, the user's past items, oldest first, with what the user thought of them added.
        mask: [R, L] bool, where the history holds an item; False everywhere for a new user.
    """

    user: tf.Tensor
    item: tf.Tensor
    features: tuple[tf.Tensor, ...]
    history: tf.Tensor
    mask: tf.Tensor

    def stacked(self) -> tf.Tensor:
        """The vectors of user, item and features beside one another, [R, F, K]."""
        rows = [
            tf.keras.layers.Reshape((1, field.shape[-1]))(field) for field in (self.user, self.item, *self.features)
        ]
        return tf.keras.layers.Concatenate(axis=1)(rows)
