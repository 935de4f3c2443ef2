"""Text encoder of a rating model: maps the tokens of a review to a standardized vector."""

import numpy as np
import tensorflow as tf

from tfrec_dl.features.text_cnn import TextCNN
from tfrec_dl.layers.masking import AnyKnown

BLOCK = 1_024  # reviews encoded at once


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class Standardisation(tf.keras.layers.Layer):
    """Subtracts a mean from values [N, F] and divides by a standard deviation; both [F], not trained, checkpointed."""

    def build(self, input_shape: tf.TensorShape) -> None:
        """Creates a mean of 0 and a variance of 1."""
        self.mean = self.add_weight("mean", [input_shape[-1]], initializer="zeros", trainable=False)
        self.variance = self.add_weight("variance", [input_shape[-1]], initializer="ones", trainable=False)

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Maps [N, F] float32 to [N, F] float32."""
        return (inputs - self.mean) / tf.maximum(tf.sqrt(self.variance), tf.keras.backend.epsilon())


def text_encoder(config: TextCNN, length: int, words: int) -> tf.keras.Model:
    """Builds the encoder, tokens [N, length] -> review vectors [N, F]. A text without known words gives zeros.

    Args:
        config: configuration of the network over words.
        length: number of tokens per text.
        words: number of distinct tokens, including padding and unknown.
    """
    inputs = tf.keras.Input([length], dtype=tf.int32)
    standardised = Standardisation(name="standardisation")(config.vector(inputs, words))
    vector = tf.keras.layers.Multiply()([standardised, AnyKnown()(inputs)])
    return tf.keras.Model(inputs, vector, name="text_encoder")


def standardise(encoder: tf.keras.Model, tokens: np.ndarray) -> None:
    """Standardizes the vectors to mean 0 and deviation 1 over the training reviews, with the current weights.

    Otherwise, means over many words hardly differ, and all documents look alike. Shift and scale then stay fixed, so
    that a review's vector does not depend on other reviews in its batch.

    Args:
        encoder: untrained encoder from `text_encoder`.
        tokens: [n, length] int32 tokens of the training reviews.
    """
    layer = encoder.get_layer("standardisation")
    untrained = tf.keras.Model(encoder.input, layer.input)
    vectors = untrained.predict(np.asarray(tokens), batch_size=BLOCK, verbose=0).astype(np.float64)
    variances = vectors.var(axis=0)
    # A filter that never fires has no variance, and would dominate once training activates it.
    variances = np.maximum(variances, 0.01 * variances.mean()) if variances.any() else np.ones_like(variances)
    layer.mean.assign(vectors.mean(axis=0))
    layer.variance.assign(variances)
