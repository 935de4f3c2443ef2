"""The query encoder around every body: dropout, body (in residual blocks or alone), projection, Markov path."""

from collections.abc import Callable

import tensorflow as tf

from tfrec_dl.encoders.residual_blocks import residual_blocks
from tfrec_dl.layers.dropout import ItemDropout, ResumableDropout


def sequence_encoder(
    embedding_dimension: int,
    body: Callable[[tf.Tensor], tf.Tensor],
    dimension: int,
    item_dropout: float = 0.0,
    embedding_dropout: float = 0.0,
    state_dropout: float = 0.0,
    short_path: tf.keras.layers.Layer | None = None,
    blocks: int = 0,
    name: str = "encoder",
) -> tf.keras.Model:
    """Builds a query encoder.

    Args:
        embedding_dimension: width E of the embedded history.
        body: functional body, [B, L, E] -> [B, L, units], causal.
        dimension: width D of the states.
        item_dropout: share of the history's items hidden from the body in training.
        embedding_dropout: share of the embedded components set to zero in training.
        state_dropout: share of the outputs of the body and of the short path set to zero in training.
        short_path: layer, history [B, L] int32 -> [B, L, D], added to the states.
        blocks: residual blocks around the body, each with a body of its own; with 0 the body is used alone, followed by
            a projection.
        name: name of the model.

    Returns:
        Functional model, {"history": [B, L] int32 right-padded with 0, "embedded": [B, L, E] float32, the vectors of
        the same items} -> states [B, L, D] float32.
    """
    history = tf.keras.Input([None], dtype=tf.int32, name="history")
    inputs = tf.keras.Input([None, embedding_dimension], name="embedded")
    embedded = inputs
    if item_dropout:
        embedded = ItemDropout(item_dropout)(embedded)
    if embedding_dropout:
        embedded = ResumableDropout(embedding_dropout)(embedded)
    if blocks:
        states = residual_blocks(embedded, body, blocks, dimension, state_dropout)
    else:
        states = body(embedded)
        if state_dropout:
            states = ResumableDropout(state_dropout)(states)
        # In float32 whatever the body computes in, because scores are computed from these.
        states = tf.keras.layers.Dense(dimension, name="projection", dtype="float32")(states)
    if short_path is not None:
        shortcut = short_path(history)
        if state_dropout:
            shortcut = ResumableDropout(state_dropout, dtype="float32")(shortcut)
        states = tf.keras.layers.Add(name="with_short_path", dtype="float32")([states, shortcut])
    return tf.keras.Model({"history": history, "embedded": inputs}, states, name=name)
