"""Softmax over the batch's targets: the retrieval task of TensorFlow Recommenders (TFRS)."""

import tensorflow as tf
import tensorflow_recommenders as tfrs

from tfrec_dl.configurations import configuration
from tfrec_dl.losses.across_replicas import gather_targets
from tfrec_dl.losses.candidates import Candidates
from tfrec_dl.losses.loss import LOSSES, Loss


@LOSSES.register("in_batch_softmax")
@configuration
class InBatchSoftmax(Loss):
    """TFRS's retrieval task: the other targets of the batch, including those of other replicas, are the negatives.

    Accidental hits are removed, and logits are corrected by the targets' popularity (Yi et al., Sampling-Bias-Corrected
    Neural Modeling for Large Corpus Item Recommendations, RecSys 2019). The cost grows with the square of the targets.
    """

    def per_target(self, queries: tf.Tensor, targets: tf.Tensor, candidates: Candidates) -> tf.Tensor:
        """Queries [P, D] and targets [P] int32 -> losses [P]."""
        task = tfrs.tasks.Retrieval(
            loss=tf.keras.losses.CategoricalCrossentropy(from_logits=True, reduction=tf.keras.losses.Reduction.NONE),
            remove_accidental_hits=True,
        )
        ids, vectors = gather_targets(targets, candidates.vectors(targets))
        # The task's own correction is not used, because it treats no item as rarer than one in a million.
        log_probability = candidates.log_popularity(ids)
        return task(
            tf.concat([queries, tf.ones_like(queries[:, :1])], axis=1),
            tf.concat([vectors, -log_probability[:, None]], axis=1),
            candidate_ids=ids,
            compute_metrics=False,
            compute_batch_metrics=False,
        )

    def vectors_read(self, targets: int, items: int) -> int:
        """Counts the vectors of the targets."""
        return targets

    def scores_computed(self, targets: int, items: int) -> int:
        """Counts the scores of all targets for each target."""
        return targets * targets
