"""Normalized residual blocks that any encoder's network can be placed in.

Source: Yue et al., Linear Recurrent Units for Sequential Recommendation, WSDM 2024 (section 3.4); the block of a
Transformer (Vaswani et al., NeurIPS 2017) with another network in the place of attention.
"""

from collections.abc import Callable

import tensorflow as tf

from tfrec_dl.layers.dropout import ResumableDropout

EXPANSION = 4  # width of the feed-forward network's hidden layer, as a multiple


def residual_blocks(
    embedded: tf.Tensor, body: Callable[[tf.Tensor], tf.Tensor], blocks: int, width: int, dropout: float
) -> tf.Tensor:
    """Applies x = LN(x + dropout(R(x))), then x = LN(x + dropout(W2 gelu(W1 x))), once per block.

    Args:
        embedded: [B, L, E], after its own dropout.
        body: R, a causal network [B, L, width] -> [B, L, any width]; each block builds its own.
        blocks: number of blocks, at least 1.
        width: width of the blocks.
        dropout: share of each network's outputs set to zero in training.

    Returns:
        States [B, L, width].
    """
    states = embedded
    if states.shape[-1] != width:
        states = tf.keras.layers.Dense(width, name="widen")(states)
    states = _normalised(states, "embedding")
    for number in range(1, blocks + 1):
        found = _of_its_own(body, states, f"block_{number}")
        if found.shape[-1] != width:
            found = tf.keras.layers.Dense(width, name=f"block_{number}_projection")(found)
        states = _joined(states, found, dropout, f"block_{number}")
        hidden = tf.keras.layers.Dense(EXPANSION * width, "gelu", name=f"block_{number}_hidden")(states)
        found = tf.keras.layers.Dense(width, name=f"block_{number}_feed_forward")(hidden)
        states = _joined(states, found, dropout, f"block_{number}_feed_forward")
    return states


def _of_its_own(body: Callable[[tf.Tensor], tf.Tensor], states: tf.Tensor, name: str) -> tf.Tensor:
    """Wraps the body in a model of its own, so that the layers of different blocks can have the same names."""
    inputs = tf.keras.Input(states.shape[1:])
    return tf.keras.Model(inputs, body(inputs), name=name)(states)


def _joined(states: tf.Tensor, found: tf.Tensor, dropout: float, name: str) -> tf.Tensor:
    if dropout:
        found = ResumableDropout(dropout)(found)
    return _normalised(tf.keras.layers.Add(name=f"{name}_sum")([states, found]), name)


def _normalised(states: tf.Tensor, name: str) -> tf.Tensor:
    # Computed in float32 whatever the networks compute in, because a variance is a sum of squares.
    return tf.keras.layers.LayerNormalization(epsilon=1e-6, dtype="float32", name=f"{name}_normalisation")(states)
