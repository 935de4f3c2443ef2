"""Base class and registry of rating outputs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from tfrec_dl.registry import Registry

if TYPE_CHECKING:
    import tensorflow as tf


class RatingOutput(ABC):
    """Turns a score into a rating, and measures its distance from the given rating.

    A part is a frozen dataclass of its settings, registered under a name.

    Attributes:
        name: registered name; `register` sets it.
        user_shrinkage: strength of the prior of the users' biases; a setting of every part.
        item_shrinkage: the same for items.
    """

    name: ClassVar[str]
    user_shrinkage: float
    item_shrinkage: float

    @abstractmethod
    def levels(self, ratings: np.ndarray) -> np.ndarray:
        """Returns what the output needs to know of the training ratings, [K] float32.

        Raises:
            InputError: if the output cannot be used for these ratings.
        """

    @abstractmethod
    def output(self, score: tf.Tensor, levels: np.ndarray, ratings: np.ndarray) -> tf.Tensor:
        """Builds the layer, score [B, 1] -> outputs [B, ...]."""

    @abstractmethod
    def loss(self) -> tf.keras.losses.Loss:
        """Returns the loss of labels and outputs, one number per rating."""

    @abstractmethod
    def labels(self, ratings: tf.Tensor, levels: tf.Tensor) -> tf.Tensor:
        """Ratings [B] -> the labels that `loss` compares the outputs with."""

    @abstractmethod
    def expected(self, outputs: tf.Tensor, levels: tf.Tensor) -> tf.Tensor:
        """Outputs [B, ...] -> ratings [B]."""

    def origin(self, levels: np.ndarray) -> float | None:
        """The rating of score 0, if a score of s means s above it; None (default) if scores mean something else."""
        return None


RATING_OUTPUTS: Registry[RatingOutput] = Registry("rating output", "tfrec_dl.losses.rating")
"""The rating outputs, by name."""
