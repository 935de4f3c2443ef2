"""Base class and registry of contrastive terms."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from tfrec_dl.registry import Registry

if TYPE_CHECKING:
    import tensorflow as tf

    from tfrec_dl.retrieval.examples import Examples


class Contrastive(ABC):
    """A term added to the retrieval loss that compares views of a batch's histories with each other.

    It is used only in training and does not affect serving, evaluation or export.

    Attributes:
        name: registered name; `register` sets it.
        weight: weight of the term, relative to the retrieval loss.
        passes: additional passes of a batch through the encoder that the term needs.
    """

    name: ClassVar[str]
    passes: ClassVar[int]
    weight: float

    @abstractmethod
    def term(
        self,
        inputs: dict[str, tf.Tensor],
        examples: Examples,
        again: Callable[[dict[str, tf.Tensor]], Examples],
        seed: tf.Tensor,
    ) -> tf.Tensor:
        """Computes the term, without its weight, in the graph of a training step.

        Args:
            inputs: a batch, as for `RetrievalModel.compute_loss`.
            examples: queries of the batch under the dropout of the retrieval loss.
            again: a batch -> its queries under another dropout.
            seed: int32 [2], different at every step; determines what is sampled.

        Returns:
            Scalar float32.
        """

    @abstractmethod
    def scores_computed(self, targets: int) -> int:
        """Counts the scores that the term holds at once, for a number of targets in a step."""


CONTRASTIVE: Registry[Contrastive] = Registry("contrastive term", "tfrec_dl.retrieval.contrastive")
"""The contrastive terms, by name."""
