"""Candidates of a retrieval loss: item vectors, training counts and the sampling seed."""

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
        seed: int32 [2], different at every step; determines the sampled negatives.
    """

    vectors: Callable[[tf.Tensor], tf.Tensor]
    item_counts: np.ndarray
    seed: tf.Tensor

    @property
    def trained_size(self) -> int:
        """Counts the vocabulary rows up to the last item with training interactions, padding and unknown included.

        Items without training interactions come after them. They are no candidates, because as negatives they would be
        pushed down only for having been absent.
        """
        return FIRST_ITEM + int(np.count_nonzero(self.item_counts))

    def log_popularity(self, indices: tf.Tensor) -> tf.Tensor:
        """Logs of items' shares of the training interactions [N] float32; an item without any counts as having one."""
        share = NegativeSampler(self.item_counts, 1.0).log_probability(indices)
        return tf.maximum(share, -math.log(self.item_counts[FIRST_ITEM:].sum()))
