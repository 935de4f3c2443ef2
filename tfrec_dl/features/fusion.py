"""Fusions, which combine several feature vectors of an item into one."""

from collections.abc import Sequence

import tensorflow as tf
from pydantic import Field

from tfrec_dl.configurations import configuration
from tfrec_dl.features.readers import FUSIONS, Fusion
from tfrec_dl.layers.dropout import ResumableDropout
from tfrec_dl.layers.plain import StackVectors


@FUSIONS.register("concatenation")
@configuration
class Concatenation(Fusion):
    """Concatenates the vectors, followed by a hidden layer and a layer of the output width.

    Attributes:
        units: width of the hidden layer.
        dropout: share of its outputs set to zero in training.
    """

    units: int = Field(default=128, ge=1)
    dropout: float = Field(default=0.2, ge=0, lt=1)

    def fuse(self, vectors: Sequence[tf.Tensor], dimension: int) -> tf.Tensor:
        """Vectors [N, F_1], [N, F_2], ... -> [N, dimension]."""
        joined = tf.keras.layers.Concatenate()(list(vectors)) if len(vectors) > 1 else vectors[0]
        hidden = tf.keras.layers.Dense(self.units, activation="relu", name="fused")(joined)
        if self.dropout:
            hidden = ResumableDropout(self.dropout)(hidden)
        return tf.keras.layers.Dense(dimension, name="content")(hidden)


@FUSIONS.register("gated_sum")
@configuration
class GatedSum(Fusion):
    """Sums the vectors, weighted for each item by a softmax over its features.

    Source: the gates of a mixture of experts (Jacobs et al., Neural Computation 1991), a feature an expert.
    """

    def fuse(self, vectors: Sequence[tf.Tensor], dimension: int) -> tf.Tensor:
        """Vectors [N, F_1], [N, F_2], ... -> [N, dimension]."""
        experts = [tf.keras.layers.Dense(dimension, activation="tanh")(vector) for vector in vectors]
        joined = tf.keras.layers.Concatenate()(list(vectors)) if len(vectors) > 1 else vectors[0]
        gates = tf.keras.layers.Dense(len(experts), activation="softmax", name="gates")(joined)
        stacked = StackVectors()(experts)
        mixed = tf.keras.layers.Dot(axes=1)([gates, stacked])
        return tf.keras.layers.Dense(dimension, name="content")(mixed)
