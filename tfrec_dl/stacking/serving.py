"""Exported graph of a stack."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
import tensorflow as tf

from tfrec_dl.data.vocabulary import PADDING
from tfrec_dl.serving.ivf.asked import Asked
from tfrec_dl.serving.ragged_rows import compact
from tfrec_dl.serving.scored_module import CatalogueModel, ScoredModule
from tfrec_dl.serving.weights import traced, variables_read
from tfrec_dl.stacking.factors import StackFactors
from tfrec_dl.stacking.members import Members


class Stack(CatalogueModel, Protocol):
    """Protocol of a `StackedModel`."""

    members: Members
    blender: tf.keras.Model


class StackedModule(ScoredModule):
    """A stack made ready to serve.

    Args:
        model: the stack.
        k_max: as for `ServingModule`.
        keep_seen: as for `ServingModule`.

    Raises:
        InputError: as in `ScoredModule`.
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
        # Inside a function, so that the export does not contain what no signature reads.
        self._factors = lambda: StackFactors(model.members, model.blender.get_layer("member_weights"))
        self._asked: Callable[[tf.Tensor], Asked] | None = None

    @property
    def reach(self) -> int | None:
        """Number of last history items that the members read; None for all."""
        return self._reach

    def similarities(self, items: tf.Tensor) -> tf.Tensor:
        """Returns how similar all items are to some items: [B] int32 -> [B, size] float32."""
        return tf.ensure_shape(self._similarities(items), [None, self.size])

    def searched_vectors(self) -> np.ndarray:
        """Returns the concatenated vectors of the members.

        Raises:
            InputError: if a member's scores are not products of vectors.
        """
        factors = self._factors()
        asked = traced(factors.asked, [tf.TensorSpec([None, None], tf.int32, "history")])
        self.owned += variables_read(asked)
        self._asked = asked
        return factors.vectors()

    def asked(self, seen: tf.Tensor) -> Asked:
        """Returns the members' weighted queries and votes."""
        assert self._asked is not None, "searched_vectors() comes first"
        found: Asked = self._asked(compact(seen, seen != PADDING, None))
        return found
