"""Candidates of a retrieval loss: their vectors, counts and sizes."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.losses.negative_sampling import NegativeSampler


class Candidates(NamedTuple):
    """The items that compete with a target.

    Attributes:
        vectors: maps vocabulary indices [N] int32 to item vectors [N, D]: the item tower.
        item_counts: training interactions of each vocabulary row [V] int64.
        seed: int32 [2], different at every step: decides the negatives sampled.
    """

    vectors: Callable[[tf.Tensor], tf.Tensor]
    item_counts: np.ndarray
    seed: tf.Tensor

    @property
    def trained_size(self) -> int:
        """Rows of the vocabulary with training interactions, which come first, padding and unknown included.

        The others are no candidates: they would be pushed down for not having been there.
        """
        return FIRST_ITEM + int(np.count_nonzero(self.item_counts))

    def log_popularity(self, indices: tf.Tensor) -> tf.Tensor:
        """Log of the items' share of the training interactions [N] float32; without any an item has that of one."""
        share = NegativeSampler(self.item_counts, 1.0).log_probability(indices)
        return tf.maximum(share, -math.log(self.item_counts[FIRST_ITEM:].sum()))
