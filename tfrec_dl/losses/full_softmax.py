"""Softmax over the whole catalogue."""

import tensorflow as tf
from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.losses.candidates import Candidates
from tfrec_dl.losses.loss import LOSSES, Loss


@LOSSES.register("full_softmax")
@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class FullSoftmax(Loss):
    """Cross-entropy over the whole catalogue: exact, and costs targets x catalogue."""

    def per_target(self, queries: tf.Tensor, targets: tf.Tensor, candidates: Candidates) -> tf.Tensor:
        """Queries [P, D] and targets [P] int32 -> losses [P]."""
        items = candidates.vectors(tf.range(FIRST_ITEM, candidates.trained_size))
        logits = tf.linalg.matmul(queries, items, transpose_b=True)
        return tf.nn.sparse_softmax_cross_entropy_with_logits(targets - FIRST_ITEM, logits)

    def reads_every_item(self) -> bool:
        """True: the loss is over all items."""
        return True
