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
    """A term beside the retrieval loss that compares views of a batch's histories with each other.

    It is of training alone: what is served, measured and exported knows nothing of it.

    Attributes:
        name: under which it is registered; `register` sets it.
        weight: of the term beside the retrieval loss.
        passes: of a batch through the encoder that the term takes, beside that of the retrieval loss.
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
            examples: its queries under the dropout of the retrieval loss.
            again: a batch -> its queries under another dropout.
            seed: int32 [2], different at every step: decides what is sampled.

        Returns:
            Scalar float32.
        """

    @abstractmethod
    def scores_computed(self, targets: int) -> int:
        """Scores that the term holds at once, for so many targets of a step."""


CONTRASTIVE: Registry[Contrastive] = Registry("contrastive term", "tfrec_dl.retrieval.contrastive")
"""The contrastive terms by name."""
