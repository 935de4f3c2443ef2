"""Perturbations by name, and their settings."""

from abc import ABC, abstractmethod
from typing import Annotated, ClassVar

import tensorflow as tf
from pydantic import Field

from tfrec_dl.configurations import configuration
from tfrec_dl.recipes.search_space import SearchRange
from tfrec_dl.registry import Registry

PERTURBATIONS: "Registry[Perturbation]" = Registry("perturbation")
"""The perturbations by name."""


@configuration
class Perturbation(ABC):
    """A shift of every row that a step reads, by which the loss is computed once more.

    What a step minimises is (loss + weight x loss with the shifts) / (1 + weight), so that shifts of length 0 change
    nothing. A run trains without shifts first, in FOLDER/start, and goes on from there with them; a model of your own
    has them from its first step.

    Attributes:
        eps: length of a row's shift. A row is an item's vector, its bias apart, or a user's where users have features.
        weight: of the loss with the shifts.
        perturbed_epochs: of a run, at most; its start has the training's own `epochs`.
        perturbed_learning_rate: peak of these epochs' schedule.
        name: under which it is registered.
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
        """Where rows are shifted to, in the graph of a training step.

        Args:
            gradients: [R, E] float32, of the global batch's loss with respect to each row; 0 where it does not count.
            seed: [2] int32, different for every step and table.

        Returns:
            [R, E] float32 of any length.
        """


@PERTURBATIONS.register("adversarial")
@configuration
class Adversarial(Perturbation):
    """The shift that raises the loss most, to the first order (APR; He et al., SIGIR 2018)."""

    def directions(self, gradients: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """The gradients."""
        return gradients


@PERTURBATIONS.register("random")
@configuration
class Random(Perturbation):
    """A shift in any direction, as likely as any other: what the adversarial one is to be compared with."""

    def directions(self, gradients: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """Normal numbers."""
        return tf.random.stateless_normal(tf.shape(gradients), seed)
