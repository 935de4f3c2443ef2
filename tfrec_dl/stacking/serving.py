"""The exported graph of a stack."""

from typing import Protocol

import tensorflow as tf

from tfrec_dl.serving.scored_module import CatalogueModel, ScoredModule
from tfrec_dl.serving.weights import traced, variables_read
from tfrec_dl.stacking.members import Members


class Stack(CatalogueModel, Protocol):
    """A `StackedModel`."""

    members: Members


class StackedModule(ScoredModule):
    """A stack made ready to serve.

    Args:
        model: the stack.
        k_max: as for `ServingModule`.
        keep_seen: as for `ServingModule`.

    Raises:
        InputError: as `ScoredModule`.
    """

    similarity = (
        "The scores are the mean of the members' standardised ones: counts of transitions, and cosines of a network's "
        "item vectors."
    )

    def __init__(self, model: Stack, k_max: int = 100, keep_seen: bool = False) -> None:
        super().__init__(model, k_max, keep_seen, model.members.item_vectors)
        self._reach = model.members.reach
        self._similarities = traced(model.members.similarities, [tf.TensorSpec([None], tf.int32, "items")])
        self.owned += variables_read(self._similarities)

    @property
    def reach(self) -> int | None:
        """How many of the last items of a history the members read; None for all."""
        return self._reach

    def similarities(self, items: tf.Tensor) -> tf.Tensor:
        """How like each of some items the others are: [B] int32 -> [B, size] float32."""
        return tf.ensure_shape(self._similarities(items), [None, self.size])
