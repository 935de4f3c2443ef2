"""Perturbations, by name, and their settings."""

from abc import ABC, abstractmethod
from typing import Annotated, ClassVar

import tensorflow as tf
from pydantic import Field

from tfrec_dl.configurations import configuration
from tfrec_dl.recipes.search_space import SearchRange
from tfrec_dl.registry import Registry

PERTURBATIONS: "Registry[Perturbation]" = Registry("perturbation")
"""The perturbations, by name."""


@configuration
class Perturbation(ABC):
    """Shifts every row that a step reads, and adds the loss with these shifts as a regularizer.

    A step minimizes (loss + weight x loss with the shifts) / (1 + weight), so shifts of length 0 change nothing. A run
    first trains without shifts, in FOLDER/start, and then continues with them. A model that you build yourself uses
    them from its first step.

    Attributes:
        eps: length of a row's shift. A row is an item's vector without its bias, or a user's vector if users have
            features.
        weight: weight of the loss with the shifts.
        perturbed_epochs: maximum number of perturbed epochs of a run; its start has the training's own `epochs`.
        perturbed_learning_rate: peak of the learning-rate schedule of these epochs.
        name: registered name.
    """

    name: ClassVar[str]

    eps: Annotated[float, SearchRange(0.1, 2.0, log=True)] = Field(default=0.5, ge=0, allow_inf_nan=False)
    weight: Annotated[float, SearchRange(0.1, 10.0, log=True)] = Field(default=1.0, gt=0, allow_inf_nan=False)
    perturbed_epochs: int = Field(default=10, ge=1)
    perturbed_learning_rate: Annotated[float, SearchRange(2e-4, 5e-3, log=True)] = Field(
        default=1e-3, gt=0, allow_inf_nan=False
    )

    @abstractmethod
    def directions(self, gradients: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """Computes the directions of the shifts, in the graph of a training step.

        Args:
            gradients: [R, E] float32 gradients of the global batch's loss with respect to each row; 0 for rows without
                one.
            seed: [2] int32, different for every step and table.

        Returns:
            [R, E] float32 of any length.
        """


@PERTURBATIONS.register("adversarial")
@configuration
class Adversarial(Perturbation):
    """Shifts each row in the direction that increases the loss most, to first order (APR; He et al., SIGIR 2018)."""

    def directions(self, gradients: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """Returns the gradients."""
        return gradients


@PERTURBATIONS.register("random")
@configuration
class Random(Perturbation):
    """Shifts each row in a uniformly random direction, as a control for the adversarial shifts."""

    def directions(self, gradients: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """Returns normally distributed numbers."""
        return tf.random.stateless_normal(tf.shape(gradients), seed)
