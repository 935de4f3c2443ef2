"""What a retrieval loss may ask about the candidates."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import tensorflow as tf


class Candidates(NamedTuple):
    """The items that compete with a target.

    Attributes:
        vectors: maps vocabulary indices [N] int32 to item vectors [N, D]: the item tower.
        item_counts: training interactions of each vocabulary row [V] int64.
        seed: int32 [2], different at every step: decides the negatives drawn.
    """

    vectors: Callable[[tf.Tensor], tf.Tensor]
    item_counts: np.ndarray
    seed: tf.Tensor

    @property
    def vocabulary_size(self) -> int:
        """Rows of the vocabulary, padding and unknown included."""
        return len(self.item_counts)
