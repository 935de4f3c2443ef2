"""Reads numbers as vectors, by their bucket and their position in it."""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
import tensorflow as tf
from pydantic import Field
from pydantic.dataclasses import dataclass

from tfrec_dl.configurations import configuration
from tfrec_dl.features.readers import NUMBER_READERS, NumberReader


@dataclass(frozen=True)
class BucketState:
    """Edges of the buckets, ascending; one edge or none makes no bucket."""

    edges: list[float]


@NUMBER_READERS.register("bucketised_numbers")
@configuration
class BucketisedNumbers(NumberReader):
    """A dense layer over the piecewise linear encoding of a number and whether it is present.

    Use it where the effect of a number is not linear, as with hours or with prices of very different sizes. Buckets are
    quantiles of the training values, so each holds equally many, and outliers do not move them. Source: Gorishniy et
    al., On Embeddings for Numerical Features in Tabular Deep Learning, NeurIPS 2022 (equation 1, section 3.2.1).

    Attributes:
        buckets: maximum number of buckets; repeated values make fewer.
        units: width of the vector.
    """

    buckets: int = Field(default=16, ge=2)
    units: int = Field(default=16, ge=1)
    state_type: ClassVar[type] = BucketState

    def learn(self, values: np.ndarray) -> BucketState:
        """Learns the buckets of values [n] float32, NaN if missing."""
        present = values[np.isfinite(values)].astype(np.float64)
        if not len(present):
            return BucketState([])
        edges = np.unique(np.quantile(present, np.linspace(0, 1, self.buckets + 1)))
        return BucketState(edges.tolist())

    def preparation(self, state: BucketState) -> tf.keras.layers.Layer:
        """Layer, values [N] float32 -> [N, buckets + 1] float32: a number's encoding and 1; all 0 if missing."""
        return PiecewiseLinear(state.edges)

    def vector(self, encoded: tf.Tensor) -> tf.Tensor:
        """[N, buckets + 1] float32 -> [N, units]."""
        return tf.keras.layers.Dense(self.units, activation="relu")(encoded)


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class PiecewiseLinear(tf.keras.layers.Layer):
    """Returns 1 for every bucket below a number, the share below it of its own bucket, and 0 for the buckets above.

    Numbers beyond the first or last edge are clipped to it. The paper continues linearly, which gives large values for
    numbers far away.

    Args:
        edges: edges of the buckets, ascending; one edge or none makes no bucket.
    """

    def __init__(self, edges: Sequence[float], **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.edges = list(edges)

    def call(self, values: tf.Tensor) -> tf.Tensor:
        """[N] float32 -> [N, buckets + 1] float32."""
        present = tf.math.is_finite(values)
        there = tf.cast(present, tf.float32)[:, None]
        lower, upper = (tf.constant(edges, tf.float64) for edges in (self.edges[:-1], self.edges[1:]))
        # In double precision, because the range of 32-bit numbers may not fit into 32 bits.
        number = tf.cast(tf.where(present, values, 0), tf.float64)[:, None]
        shares = tf.clip_by_value((number - lower) / (upper - lower), 0, 1)
        return tf.concat([tf.cast(shares, tf.float32) * there, there], axis=1)

    def get_config(self) -> dict:
        """Returns the arguments needed to rebuild the layer."""
        return {**super().get_config(), "edges": self.edges}
