"""Base class of objectives and their registries, one for each label."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import tensorflow as tf

from tfrec_dl.ranking.data.feedback import CLICK, CONVERSION, RATING
from tfrec_dl.registry import Registry


class Objective(ABC):
    """Defines what a head predicts about a label, and the loss that trains it.

    A subclass is a `@configuration` whose fields are its settings, registered under a name with the registry
    of its label.

    Attributes:
        name: name under which it is registered.
        weight: weight among the objectives, above 0; `loss` does not apply it.
    """

    name: ClassVar[str]
    weight: float

    @abstractmethod
    def levels(self, labels: Mapping[str, np.ndarray]) -> np.ndarray:
        """Computes what must be known about the training labels, for example the log-odds that a score of 0 stands for.

        Args:
            labels: maps "click", "conversion", "rating", as far as available, to [n] float32, and "list" to [n] int32.

        Returns:
            [K] float32, saved with the model.

        Raises:
            InputError: if the labels do not suit the objective.
        """

    @abstractmethod
    def outputs(self, score: tf.Tensor, levels: np.ndarray, examples: np.ndarray) -> tf.Tensor:
        """Completes a head.

        Args:
            score: Keras tensor [R, 1].
            levels: result of `levels`.
            examples: [n] training labels, which may initialize thresholds.

        Returns:
            [R, ...]: the logit [R, 1] of a probability, or other values that `loss` and `expected` use.
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
        """Returns the loss of a batch.

        Args:
            outputs: maps "click", "conversion", "rating" to the heads' outputs [R, ...].
            labels: maps the same names to [R] float32.
            lists: [R] int32, number of each row's list in the batch, ascending from 0 without gaps.
            weights: [R] float32, weight of each row.
            levels: result of `levels`.

        Returns:
            A scalar, a mean over rows or lists.
        """

    def logits(self, outputs: tf.Tensor, lists: tf.Tensor) -> tf.Tensor:
        """Maps outputs [R, 1] of whole lists [R] to log-odds of the label [R]; by default the outputs themselves.

        Used only for clicks and conversions.
        """
        return outputs[:, 0]

    def expected(self, outputs: tf.Tensor, lists: tf.Tensor, levels: np.ndarray) -> tf.Tensor:
        """Converts outputs [R, ...] of whole lists to predictions: [R] probabilities (default), or ratings."""
        return tf.sigmoid(self.logits(outputs, lists))

    def origin(self, levels: np.ndarray) -> float | None:
        """Returns the rating, or a row's own log-odds, for a score of 0, if a score of s means s more.

        None (default) if scores have another meaning; then no linear model of the label can be a starting point.
        """
        return None

    def about(self) -> str:
        """Returns additional words for the training log; by default nothing."""
        return ""


CLICK_OBJECTIVES: Registry[Objective] = Registry("click objective", "tfrec_dl.ranking.objectives")
CONVERSION_OBJECTIVES: Registry[Objective] = Registry("conversion objective", "tfrec_dl.ranking.objectives")
RATING_OBJECTIVES: Registry[Objective] = Registry("rating objective", "tfrec_dl.ranking.objectives")
OBJECTIVES: dict[str, Registry[Any]] = {
    CLICK: CLICK_OBJECTIVES,
    CONVERSION: CONVERSION_OBJECTIVES,
    RATING: RATING_OBJECTIVES,
}
