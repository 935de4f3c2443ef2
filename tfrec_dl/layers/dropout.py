"""Dropout whose random state is part of the checkpoint."""

import random

import tensorflow as tf

from tfrec_dl.layers.random_stream import RandomStream


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class ResumableDropout(tf.keras.layers.Layer):
    """Dropout as in Keras, except that training continued from a checkpoint uses the same masks as without a stop.

    Keras does not store the state of its dropout layers in checkpoints. Replicas that share a batch use the masks that
    one device would use.

    Args:
        rate: share of the components set to zero in training; the others are scaled by 1 / (1 - rate).
    """

    def __init__(self, rate: float, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.rate = rate
        self.generator = RandomStream(random.randrange(2**31))

    def call(self, inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        """Tensor of any shape -> the same shape."""
        if not training or not self.rate:
            return tf.identity(inputs)
        return tf.nn.experimental.general_dropout(inputs, self.rate, self._uniform)

    def get_config(self) -> dict:
        """Returns the arguments needed to rebuild the layer."""
        return {**super().get_config(), "rate": self.rate}

    def _uniform(self, shape: tf.Tensor, dtype: tf.DType) -> tf.Tensor:
        return self.generator.uniform(shape, dtype)


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class ItemDropout(ResumableDropout):
    """Hides whole items of the history in training: their vectors become zero, like those of unknown items.

    Args:
        rate: share of the items that are hidden.
    """

    def call(self, inputs: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        """[B, L, E] -> [B, L, E]."""
        if not training or not self.rate:
            return tf.identity(inputs)
        kept = self._uniform(tf.shape(inputs)[:-1], inputs.dtype) >= self.rate
        return inputs * tf.cast(kept, inputs.dtype)[..., None]
