"""Base class and registry of retrieval losses."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from tfrec_dl.registry import Registry

if TYPE_CHECKING:
    import tensorflow as tf

    from tfrec_dl.losses.candidates import Candidates


class Loss(ABC):
    """One number for each target of a batch, from its query and the items that it competes with.

    A part is a frozen dataclass of its settings, registered under a name; one more file is all that it takes. Its
    methods beside `per_target` give the cost of a step; their defaults are those of a loss over all items.

    Attributes:
        name: under which it is registered; `register` sets it.
    """

    name: ClassVar[str]

    @abstractmethod
    def per_target(self, queries: tf.Tensor, targets: tf.Tensor, candidates: Candidates) -> tf.Tensor:
        """Computes the losses, in the graph of a training step.

        Args:
            queries: [P, D] float32, scored against an item by the dot product with its vector.
            targets: [P] int32 vocabulary indices, the right answers.
            candidates: item vectors, training counts, and the seed of what is sampled.

        Returns:
            [P] float32, finite also for huge scores.
        """

    def reads_every_item(self) -> bool:
        """Whether a step asks for the vectors of all trained items, so that it pays to compute them once; False."""
        return False

    def vectors_read(self, targets: int, items: int) -> int:
        """Item vectors that a step computes; by default those of the targets and of every item.

        Args:
            targets: of the step.
            items: that have training interactions.
        """
        return targets + items

    def scores_computed(self, targets: int, items: int) -> int:
        """Scores that a step holds at once; by default those of every item for each target.

        Args:
            targets: of the step.
            items: that have training interactions.
        """
        return targets * items


LOSSES: Registry[Loss] = Registry("loss", "tfrec_dl.losses")
"""The retrieval losses by name."""
