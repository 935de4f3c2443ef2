"""The base class of objectives and their registries, one for each label."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import tensorflow as tf

from tfrec_dl.ranking.data.feedback import CLICK, CONVERSION, RATING
from tfrec_dl.registry import Registry


class Objective(ABC):
    """What a head predicts of a label, and the loss that it is trained with.

    A subclass is a `@configuration` whose fields are its settings, registered under a name with the registry
    of its label.

    Attributes:
        name: as registered.
        weight: of the objective among others, above 0; `loss` leaves it out.
    """

    name: ClassVar[str]
    weight: float

    @abstractmethod
    def levels(self, labels: Mapping[str, np.ndarray]) -> np.ndarray:
        """What has to be known of the training labels, for example the log-odds where a score of 0 stands.

        Args:
            labels: "click", "conversion", "rating" -> [n] float32, those that there are, and "list" -> [n] int32.

        Returns:
            [K] float32, saved with the model.

        Raises:
            InputError: if the labels do not suit the objective.
        """

    @abstractmethod
    def outputs(self, score: tf.Tensor, levels: np.ndarray, examples: np.ndarray) -> tf.Tensor:
        """Ends a head.

        Args:
            score: Keras tensor [R, 1].
            levels: as of `levels`.
            examples: [n] training labels, from which thresholds may start.

        Returns:
            [R, ...]: the logit [R, 1] of a probability, or whatever else `loss` and `expected` read.
        """

    @abstractmethod
    def loss(
        self,
        outputs: Mapping[str, tf.Tensor],
        labels: Mapping[str, tf.Tensor],
        lists: tf.Tensor,
        weights: tf.Tensor,
        levels: np.ndarray,
    ) -> tf.Tensor:
        """The loss of a batch.

        Args:
            outputs: "click", "conversion", "rating" -> [R, ...], what the heads give.
            labels: the same -> [R] float32.
            lists: [R] int32, the number of each row's list in the batch, ascending from 0 without a gap.
            weights: [R] float32, how much a row counts.
            levels: as of `levels`.

        Returns:
            Scalar, a mean over rows or lists.
        """

    def logits(self, outputs: tf.Tensor, lists: tf.Tensor) -> tf.Tensor:
        """Outputs [R, 1] of whole lists [R] -> log-odds of the label [R]; default the outputs themselves.

        Asked of clicks and conversions only.
        """
        return outputs[:, 0]

    def expected(self, outputs: tf.Tensor, lists: tf.Tensor, levels: np.ndarray) -> tf.Tensor:
        """What the outputs [R, ...] of whole lists [R] mean: [R] probabilities (default), or ratings."""
        return tf.sigmoid(self.logits(outputs, lists))

    def origin(self, levels: np.ndarray) -> float | None:
        """The rating, or the log-odds of a row by itself, that a score of 0 means where a score of s means s more.

        None (default) where scores mean something else: then no linear model of the label makes a start.
        """
        return None

    def about(self) -> str:
        """What else the log of a training has of it, in a few words; default nothing."""
        return ""


CLICK_OBJECTIVES: Registry[Objective] = Registry("click objective", "tfrec_dl.ranking.objectives")
CONVERSION_OBJECTIVES: Registry[Objective] = Registry("conversion objective", "tfrec_dl.ranking.objectives")
RATING_OBJECTIVES: Registry[Objective] = Registry("rating objective", "tfrec_dl.ranking.objectives")
OBJECTIVES: dict[str, Registry[Any]] = {
    CLICK: CLICK_OBJECTIVES,
    CONVERSION: CONVERSION_OBJECTIVES,
    RATING: RATING_OBJECTIVES,
}
