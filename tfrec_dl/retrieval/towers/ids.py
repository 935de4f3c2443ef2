"""Item tower over ids: an embedding table."""

import numpy as np
import tensorflow as tf

NEVER_MET = -100.0
ITEM_BIAS = "item_bias"  # name of the layer of the items' biases


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class LogShares(tf.constant_initializer):
    """A constant whose configuration consists of plain numbers, which every Keras format can store."""

    def get_config(self) -> dict:
        """Returns the arguments needed to rebuild it."""
        return {"value": np.asarray(self.value).tolist()}


def log_shares(item_counts: np.ndarray) -> np.ndarray:
    """Logs of the items' shares of the interactions: [V] -> [V] float32; far below all others for items without any."""
    log_share = np.log(np.maximum(item_counts, 1) / max(item_counts.sum(), 1)).astype(np.float32)
    log_share[item_counts == 0] += NEVER_MET
    return log_share


def id_tower(
    embedding: tf.keras.layers.Layer, item_counts: np.ndarray, biases: np.ndarray | None = None
) -> tf.keras.Model:
    """Builds item vectors from an embedding table and a bias.

    Args:
        embedding: the table, vocabulary indices -> [..., D - 1]; pass the encoder's own to tie the weights.
        item_counts: training interactions of each vocabulary row [V]. The bias starts at the log of an item's share of
            them, as a softmax without history would learn. For an item without any it starts far below all others,
            because nothing else is known of it.
        biases: [V] float32 other initial biases; None for these.

    Returns:
        Functional model, vocabulary indices [N] int32 -> [N, D] float32, with the bias last.
    """
    initial = log_shares(item_counts) if biases is None else biases
    bias = tf.keras.layers.Embedding(
        len(item_counts), 1, embeddings_initializer=LogShares(initial[:, None]), name=ITEM_BIAS
    )
    indices = tf.keras.Input([], dtype=tf.int32, name="item")
    vectors = tf.keras.layers.Concatenate(name="item_vector")([embedding(indices), bias(indices)])
    return tf.keras.Model(indices, vectors, name="id_tower")
