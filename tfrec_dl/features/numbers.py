"""Reads numbers as vectors: normalized, with missing numbers distinguished from average ones."""

from typing import ClassVar

import numpy as np
import tensorflow as tf
from pydantic import Field
from pydantic.dataclasses import dataclass

from tfrec_dl.configurations import configuration
from tfrec_dl.features.readers import NUMBER_READERS, NumberReader

FURTHEST = 5.0  # standard deviations; values beyond are clipped


@dataclass(frozen=True)
class NumberState:
    """Mean and standard deviation of the training values."""

    mean: float
    deviation: float


@NUMBER_READERS.register("numbers")
@configuration
class Numbers(NumberReader):
    """A dense layer over a normalized number and whether it is present.

    Attributes:
        units: width of the vector.
    """

    units: int = Field(default=16, ge=1)
    state_type: ClassVar[type] = NumberState

    def learn(self, values: np.ndarray) -> NumberState:
        """Learns mean and deviation of values [n] float32, NaN if missing."""
        present = values[np.isfinite(values)].astype(np.float64)
        if not len(present):
            return NumberState(0.0, 1.0)
        varies = present.min() < present.max()  # rounding alone gives equal numbers a deviation above 0
        return NumberState(float(present.mean()), float(present.std()) if varies else 1.0)

    def preparation(self, state: NumberState) -> tf.keras.layers.Layer:
        """Layer, values [N] float32 -> [N, 2] float32: the number in standard deviations from the mean, and 1.

        Both are 0 if the number is missing.
        """
        return Standardise(state.mean, state.deviation)

    def vector(self, standardised: tf.Tensor) -> tf.Tensor:
        """[N, 2] float32 -> [N, units]."""
        return tf.keras.layers.Dense(self.units, activation="relu")(standardised)


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class Standardise(tf.keras.layers.Layer):
    """Computes (x - mean) / deviation, clipped to five deviations, and whether x is present.

    Args:
        mean: mean of the training items.
        deviation: standard deviation of the training items.
    """

    def __init__(self, mean: float, deviation: float, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.mean = mean
        self.deviation = deviation

    def call(self, values: tf.Tensor) -> tf.Tensor:
        """[N] float32 -> [N, 2] float32."""
        present = tf.math.is_finite(values)
        standard = (tf.where(present, values, self.mean) - self.mean) / self.deviation
        return tf.stack([tf.clip_by_value(standard, -FURTHEST, FURTHEST), tf.cast(present, tf.float32)], axis=1)

    def get_config(self) -> dict:
        """Returns the arguments needed to rebuild the layer."""
        return {**super().get_config(), "mean": self.mean, "deviation": self.deviation}
