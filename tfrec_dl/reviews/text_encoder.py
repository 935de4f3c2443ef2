"""The text encoder of a rating model: tokens of a review to a standardised vector."""

import numpy as np
import tensorflow as tf

from tfrec_dl.features.text_cnn import TextCNN
from tfrec_dl.layers.masking import AnyKnown

BLOCK = 1_024  # reviews encoded at once


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class Standardisation(tf.keras.layers.Layer):
    """Values [N, F] minus a mean, divided by a standard deviation; both [F], not trained, part of the checkpoint."""

    def build(self, input_shape: tf.TensorShape) -> None:
        """Makes a mean of 0 and a variance of 1."""
        self.mean = self.add_weight("mean", [input_shape[-1]], initializer="zeros", trainable=False)
        self.variance = self.add_weight("variance", [input_shape[-1]], initializer="ones", trainable=False)

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """[N, F] float32 -> [N, F] float32."""
        return (inputs - self.mean) / tf.maximum(tf.sqrt(self.variance), tf.keras.backend.epsilon())


def text_encoder(config: TextCNN, length: int, words: int) -> tf.keras.Model:
    """Builds the encoder, tokens [N, length] -> review vectors [N, F]. A text without known words gives zeros.

    Args:
        config: the network over words.
        length: tokens of a text.
        words: number of tokens, padding and unknown included.
    """
    inputs = tf.keras.Input([length], dtype=tf.int32)
    standardised = Standardisation(name="standardisation")(config.vector(inputs, words))
    vector = tf.keras.layers.Multiply()([standardised, AnyKnown()(inputs)])
    return tf.keras.Model(inputs, vector, name="text_encoder")


def standardise(encoder: tf.keras.Model, tokens: np.ndarray) -> None:
    """Makes the mean of the vectors 0 and their deviation 1 over the training reviews, with the weights as they are.

    Without that, means over many words hardly differ, and all documents look alike. The shift and the scale then stay
    what they are, so that a review's vector depends on no other review of its batch.

    Args:
        encoder: of `text_encoder`, untrained.
        tokens: [n, length] int32 of the training reviews.
    """
    layer = encoder.get_layer("standardisation")
    untrained = tf.keras.Model(encoder.input, layer.input)
    vectors = untrained.predict(np.asarray(tokens), batch_size=BLOCK, verbose=0).astype(np.float64)
    variances = vectors.var(axis=0)
    # A filter that never fires has no variance, and would be all there is once training wakes it.
    variances = np.maximum(variances, 0.01 * variances.mean()) if variances.any() else np.ones_like(variances)
    layer.mean.assign(vectors.mean(axis=0))
    layer.variance.assign(variances)
