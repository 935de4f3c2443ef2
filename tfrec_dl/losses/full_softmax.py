"""Softmax over the whole catalogue."""

import tensorflow as tf

from tfrec_dl.configurations import configuration
from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.losses.candidates import Candidates
from tfrec_dl.losses.log_partition import block_rows, log_partition
from tfrec_dl.losses.loss import LOSSES, Loss


@LOSSES.register("full_softmax")
@configuration
class FullSoftmax(Loss):
    """Exact cross-entropy over the whole catalogue, at a cost of targets x catalogue.

    Time is proportional to targets x catalogue. Memory holds the scores of one block of targets at a time.
    """

    def per_target(self, queries: tf.Tensor, targets: tf.Tensor, candidates: Candidates) -> tf.Tensor:
        """Queries [P, D] and targets [P] int32 -> losses [P]."""
        items = candidates.vectors(tf.range(FIRST_ITEM, candidates.trained_size))
        own = tf.reduce_sum(queries * tf.gather(items, targets - FIRST_ITEM), axis=1)
        return log_partition(queries, items) - own

    def reads_every_item(self) -> bool:
        """True: the loss is over all items."""
        return True

    def scores_computed(self, targets: int, items: int) -> int:
        """Counts the scores of one block of targets with every item."""
        return min(targets, block_rows(items)) * items
