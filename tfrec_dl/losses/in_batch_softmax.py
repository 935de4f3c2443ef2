"""Softmax over the batch's targets: TFRS's retrieval task."""

import tensorflow as tf
import tensorflow_recommenders as tfrs

from tfrec_dl.configurations import configuration
from tfrec_dl.losses.across_replicas import gather_targets
from tfrec_dl.losses.candidates import Candidates
from tfrec_dl.losses.loss import LOSSES, Loss


@LOSSES.register("in_batch_softmax")
@configuration
class InBatchSoftmax(Loss):
    """TFRS's own retrieval task: the other targets of the batch are the negatives, those of other replicas included.

    Accidental hits are removed and logits corrected by the targets' popularity (Yi et al., Sampling-Bias-Corrected
    Neural Modeling for Large Corpus Item Recommendations, RecSys 2019). Costs targets squared.
    """

    def per_target(self, queries: tf.Tensor, targets: tf.Tensor, candidates: Candidates) -> tf.Tensor:
        """Queries [P, D] and targets [P] int32 -> losses [P]."""
        task = tfrs.tasks.Retrieval(
            loss=tf.keras.losses.CategoricalCrossentropy(from_logits=True, reduction=tf.keras.losses.Reduction.NONE),
            remove_accidental_hits=True,
        )
        ids, vectors = gather_targets(targets, candidates.vectors(targets))
        # Not by the task's own correction: it takes no item for rarer than one in a million.
        log_probability = candidates.log_popularity(ids)
        return task(
            tf.concat([queries, tf.ones_like(queries[:, :1])], axis=1),
            tf.concat([vectors, -log_probability[:, None]], axis=1),
            candidate_ids=ids,
            compute_metrics=False,
            compute_batch_metrics=False,
        )

    def vectors_read(self, targets: int, items: int) -> int:
        """Those of the targets."""
        return targets

    def scores_computed(self, targets: int, items: int) -> int:
        """Those of the targets for each of them."""
        return targets * targets
