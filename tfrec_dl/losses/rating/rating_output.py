"""Base class and registry of rating outputs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from tfrec_dl.registry import Registry

if TYPE_CHECKING:
    import tensorflow as tf


class RatingOutput(ABC):
    """From a score to a rating, and how far from the rating given.

    A part is a frozen dataclass of its settings, registered under a name.

    Attributes:
        name: under which it is registered; `register` sets it.
        user_shrinkage: setting of every part, the strength of the prior of the users' biases.
        item_shrinkage: the same for items.
    """

    name: ClassVar[str]
    user_shrinkage: float
    item_shrinkage: float

    @abstractmethod
    def levels(self, ratings: np.ndarray) -> np.ndarray:
        """What of the training ratings the output is made by, [K] float32.

        Raises:
            InputError: if the ratings do not suit it.
        """

    @abstractmethod
    def output(self, score: tf.Tensor, levels: np.ndarray, ratings: np.ndarray) -> tf.Tensor:
        """Builds the layer, score [B, 1] -> outputs [B, ...]."""

    @abstractmethod
    def loss(self) -> tf.keras.losses.Loss:
        """Of labels and outputs, one number a rating."""

    @abstractmethod
    def labels(self, ratings: tf.Tensor, levels: tf.Tensor) -> tf.Tensor:
        """Ratings [B] -> what `loss` compares the outputs with."""

    @abstractmethod
    def expected(self, outputs: tf.Tensor, levels: tf.Tensor) -> tf.Tensor:
        """Outputs [B, ...] -> ratings [B]."""

    def origin(self, levels: np.ndarray) -> float | None:
        """The rating that a score of 0 means where a score of s means s more; None (default) where scores differ."""
        return None


RATING_OUTPUTS: Registry[RatingOutput] = Registry("rating output", "tfrec_dl.losses.rating")
"""The rating outputs by name."""
