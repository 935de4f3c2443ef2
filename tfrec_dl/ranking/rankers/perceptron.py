"""Multilayer perceptron: hidden layers with dropout, the deep part of most rankers."""

from collections.abc import Sequence

import tensorflow as tf

from tfrec_dl.layers.dropout import ResumableDropout


def perceptron(inputs: tf.Tensor, units: Sequence[int], dropout: float) -> tf.Tensor:
    """Adds dense layers with ReLU to a functional graph.

    Args:
        inputs: [R, D].
        units: width of each layer; if empty, the inputs are returned unchanged.
        dropout: share of each layer's outputs set to zero in training.

    Returns:
        [R, units[-1]].
    """
    hidden = inputs
    for width in units:
        hidden = tf.keras.layers.Dense(width, activation="relu")(hidden)
        if dropout:
            hidden = ResumableDropout(dropout)(hidden)
    return hidden
