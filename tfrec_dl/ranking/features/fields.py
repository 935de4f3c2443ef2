"""The fields that a ranker reads, with one vector each."""

from typing import NamedTuple

import tensorflow as tf


class Fields(NamedTuple):
    """Tensors of a functional model, one row per impression; all vectors have the same width K.

    Attributes:
        user: [R, K] float32, vector of the user's id.
        item: [R, K] float32, vector of the candidate's id.
        features: vectors of the features of user, item and context, [R, K] float32 each; may be empty.
        history: [R, L, K] float32, the user's past items, oldest first, with the user's feedback added.
        mask: [R, L] bool, True where the history holds an item; all False for a new user.
    """

    user: tf.Tensor
    item: tf.Tensor
    features: tuple[tf.Tensor, ...]
    history: tf.Tensor
    mask: tf.Tensor

    def stacked(self) -> tf.Tensor:
        """Stacks the vectors of user, item and features, [R, F, K]."""
        rows = [
            tf.keras.layers.Reshape((1, field.shape[-1]))(field) for field in (self.user, self.item, *self.features)
        ]
        return tf.keras.layers.Concatenate(axis=1)(rows)
