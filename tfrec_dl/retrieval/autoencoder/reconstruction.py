"""Distributions of an autoencoder's reconstruction, by name: the loss of a row, and the reconstructed vector."""

from abc import ABC, abstractmethod
from typing import Annotated, ClassVar

import numpy as np
import tensorflow as tf
from pydantic import Field

from tfrec_dl.configurations import configuration
from tfrec_dl.recipes.search_space import SearchRange
from tfrec_dl.registry import Registry
from tfrec_dl.retrieval.towers.ids import NEVER_MET, log_shares


class Reconstruction(ABC):
    """The distribution of a purchase vector, given scores (Liang et al., WWW 2018, section 2.1).

    Attributes:
        name: registered name.
    """

    name: ClassVar[str]

    @abstractmethod
    def losses(self, scores: tf.Tensor, places: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
        """Negative log likelihood of all rows together, up to a constant: a scalar.

        Args:
            scores: [B, N] float32.
            places: [P, 2] int32 row and column of each entry of the rows.
            weights: [P] float32.
        """

    @abstractmethod
    def vectors(self, scores: tf.Tensor, counts: tf.Tensor) -> tf.Tensor:
        """Purchase vectors: scores [B, N] and how many columns each row holds [B, 1] -> [B, N] float32."""

    @abstractmethod
    def offsets(self, scores: tf.Tensor, counts: tf.Tensor) -> tf.Tensor:
        """Returns what to add to a row's scores to compare several rows: [B]; arguments as in `vectors`."""

    @abstractmethod
    def biases(self, counts: np.ndarray) -> np.ndarray:
        """Initial biases of the columns: interactions of each [V] -> [V] float32."""


RECONSTRUCTIONS: Registry[Reconstruction] = Registry("reconstruction")
"""The reconstructions, by name."""


@RECONSTRUCTIONS.register("multinomial")
@configuration
class Multinomial(Reconstruction):
    """Models each of a row's interactions as a draw from the softmax of its scores."""

    def losses(self, scores: tf.Tensor, places: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
        """Returns the negative log probabilities."""
        return -tf.reduce_sum(tf.gather_nd(tf.nn.log_softmax(scores), places) * weights)

    def vectors(self, scores: tf.Tensor, counts: tf.Tensor) -> tf.Tensor:
        """Returns the expected numbers of interactions."""
        return tf.nn.softmax(scores) * counts

    def offsets(self, scores: tf.Tensor, counts: tf.Tensor) -> tf.Tensor:
        """Returns offsets that turn scores into logs of expected numbers."""
        return tf.math.log(tf.maximum(counts[:, 0], 1.0)) - tf.reduce_logsumexp(scores, axis=1)

    def biases(self, counts: np.ndarray) -> np.ndarray:
        """Returns the logs of the shares."""
        return log_shares(counts)


@RECONSTRUCTIONS.register("gaussian")
@configuration
class Gaussian(Reconstruction):
    """Uses the scores as the entries themselves: about 1 where there was an interaction, about 0 elsewhere.

    Attributes:
        unobserved: weight of the squared errors where there was no interaction.
    """

    unobserved: Annotated[float, SearchRange(0.01, 1.0, log=True)] = Field(default=0.1, ge=0, allow_inf_nan=False)

    def losses(self, scores: tf.Tensor, places: tf.Tensor, weights: tf.Tensor) -> tf.Tensor:
        """Returns the weighted squared errors."""
        held = tf.minimum(tf.scatter_nd(places, tf.ones_like(weights), tf.shape(scores)), 1.0)
        observed = tf.reduce_sum(weights * tf.square(1.0 - tf.gather_nd(scores, places)))
        return observed + self.unobserved * tf.reduce_sum((1.0 - held) * tf.square(scores))

    def vectors(self, scores: tf.Tensor, counts: tf.Tensor) -> tf.Tensor:
        """Returns the scores."""
        return scores

    def offsets(self, scores: tf.Tensor, counts: tf.Tensor) -> tf.Tensor:
        """Returns 0."""
        return tf.zeros_like(counts[:, 0])

    def biases(self, counts: np.ndarray) -> np.ndarray:
        """Returns 0, and a very low value for columns without interactions."""
        return np.where(counts == 0, NEVER_MET, 0.0).astype(np.float32)
