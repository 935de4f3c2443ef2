"""Base class and registry of retrieval losses."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from tfrec_dl.registry import Registry

if TYPE_CHECKING:
    import tensorflow as tf

    from tfrec_dl.losses.candidates import Candidates


class Loss(ABC):
    """Computes one loss per target from its query and the items that it competes with.

    A part is a frozen dataclass of its settings, registered under a name. To add one, add a file. The methods other
    than `per_target` state the cost of a step. Their defaults are those of a loss over all items.

    Attributes:
        name: registered name; `register` sets it.
    """

    name: ClassVar[str]

    @abstractmethod
    def per_target(self, queries: tf.Tensor, targets: tf.Tensor, candidates: Candidates) -> tf.Tensor:
        """Computes the losses, in the graph of a training step.

        Args:
            queries: [P, D] float32; a query scores an item by the dot product with the item's vector.
            targets: [P] int32 vocabulary indices, the correct answers.
            candidates: item vectors, training counts, and the seed for sampling.

        Returns:
            [P] float32, finite also for huge scores.
        """

    def reads_every_item(self) -> bool:
        """Whether a step reads the vectors of all trained items, so that computing them once pays; by default False."""
        return False

    def vectors_read(self, targets: int, items: int) -> int:
        """Counts the item vectors that a step computes; by default those of the targets and of every item.

        Args:
            targets: targets of the step.
            items: items with training interactions.
        """
        return targets + items

    def scores_computed(self, targets: int, items: int) -> int:
        """Counts the scores that a step holds at once; by default those of every item for each target.

        Args:
            targets: targets of the step.
            items: items with training interactions.
        """
        return targets * items


LOSSES: Registry[Loss] = Registry("loss", "tfrec_dl.losses")
"""The retrieval losses, by name."""
