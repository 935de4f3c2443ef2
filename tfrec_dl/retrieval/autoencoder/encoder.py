"""The encoder of an autoencoder over purchase vectors, which reads a history as a set, in any order.

Source: Liang et al., Variational Autoencoders for Collaborative Filtering, WWW 2018 (Mult-DAE).
"""

from collections.abc import Sequence

import tensorflow as tf

from tfrec_dl.layers.dropout import ResumableDropout


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class PurchaseVector(ResumableDropout):
    """Multiplies a purchase vector of length 1 by a matrix, given only the matrix's rows for the items in the vector.

    The zeros of the vector therefore cost nothing. In training, a share of the items is hidden.

    Args:
        rate: share of the items that are hidden.
    """

    def call(self, inputs: tuple[tf.Tensor, tf.Tensor], training: bool | None = None) -> tf.Tensor:
        """History [B, L] int32, the matrix's rows [B, L, E] -> products for the items up to each position [B, L, E]."""
        history, rows = inputs
        shown = tf.cast(history > 0, rows.dtype)
        if training and self.rate:
            shown *= tf.cast(self._uniform(tf.shape(history), rows.dtype) >= self.rate, rows.dtype)
        length = tf.sqrt(tf.maximum(tf.cumsum(shown, axis=1), 1.0))
        return tf.cumsum(rows * shown[..., None], axis=1) / length[..., None]


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class Offset(tf.keras.layers.Layer):
    """Adds a trained vector: the bias of a layer whose product is computed elsewhere."""

    def build(self, shape: tf.TensorShape) -> None:
        """Creates the vector, initially zeros."""
        self.offset = self.add_weight("offset", [shape[-1]], initializer="zeros")

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """[..., E] -> [..., E]."""
        return inputs + self.offset


def autoencoder(
    units: Sequence[int],
    activation: str = "tanh",
    item_dropout: float = 0.0,
    state_dropout: float = 0.0,
    regularizer: tf.keras.regularizers.Regularizer | None = None,
    name: str = "autoencoder",
) -> tf.keras.Model:
    """Builds the encoder; its first matrix is the history embedding, and the decoder's matrix is the item tower.

    Args:
        units: width of each layer; the first is that of the history embedding, the last that of the item vectors.
        activation: Keras name of the activation of each layer.
        item_dropout: share of the history's items hidden in training.
        state_dropout: share of the states' components set to zero in training.
        regularizer: regularizer of the matrices between hidden layers.
        name: name of the model.

    Returns:
        Functional model, {"history": [B, L] int32 right-padded with 0, "embedded": [B, L, units[0]] float32} -> states
        [B, L, units[-1]] float32; each state depends on the set of items up to its position.
    """
    history = tf.keras.Input([None], dtype=tf.int32, name="history")
    embedded = tf.keras.Input([None, units[0]], name="embedded")
    states = Offset(name="first_bias")(PurchaseVector(item_dropout)((history, embedded)))
    states = tf.keras.layers.Activation(activation)(states)
    for number, width in enumerate(units[1:], start=2):
        layer = tf.keras.layers.Dense(width, activation, kernel_regularizer=regularizer, name=f"layer_{number}")
        states = layer(states)
    if state_dropout:
        states = ResumableDropout(state_dropout)(states)
    return tf.keras.Model({"history": history, "embedded": embedded}, states, name=name)
