"""An autoencoder over purchase vectors as a retrieval model."""

from typing import Any, ClassVar

import tensorflow as tf

from tfrec_dl.data.training.training_histories import TrainingHistories
from tfrec_dl.data.training.windows import TrainingWindows
from tfrec_dl.data.vocabulary import FIRST_ITEM, PADDING, Vocabulary
from tfrec_dl.retrieval.autoencoder.reconstruction import Multinomial, Reconstruction
from tfrec_dl.retrieval.examples import Examples, Lookup, with_bias_component, with_embedded
from tfrec_dl.retrieval.model import RetrievalModel
from tfrec_dl.retrieval.perturbation.reads import AS_THEY_ARE, Reads


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class AutoencoderModel(RetrievalModel):
    """Reconstructs all items of a history from some of them.

    It trains on batches of `TrainingHistories`. The loss is the likelihood of a history's items, summed over them
    (Liang et al., Variational Autoencoders for Collaborative Filtering, WWW 2018, section 2.1). It includes every item
    with training interactions, so its cost grows with histories x catalogue.

    Args: those of `RetrievalModel`, where the encoder itself hides items, and
        reconstruction: the distribution of a history's items; None for the multinomial.
    """

    batches: ClassVar[type[TrainingWindows] | type[TrainingHistories]] = TrainingHistories

    def __init__(self, *arguments: Any, reconstruction: Reconstruction | None = None, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.reconstruction = reconstruction or Multinomial()
        self.built = True

    @property
    def given_back(self) -> Vocabulary:
        """The vocabulary that histories are encoded with and the model reconstructs: the items."""
        return self.vocabulary

    def scores(self, examples: Examples, vectors: Lookup) -> tf.Tensor:
        """Scores everything with training interactions for each query: [Q, given_back.trained_size - 2]."""
        items = vectors(tf.range(FIRST_ITEM, self.given_back.trained_size))
        return tf.linalg.matmul(examples.queries, items, transpose_b=True)

    def examples(
        self, inputs: dict[str, tf.Tensor], vectors: Lookup, training: bool = False, reads: Reads = AS_THEY_ARE
    ) -> Examples:
        """Makes one query for each history of a batch, whose targets are the history's own items.

        Args:
            inputs: a batch of `TrainingHistories`.
            vectors: the result of `lookup`.
            training: whether items are hidden.
            reads: how rows of the history and of users are read.
        """
        history = inputs["history"]
        states = self.encoder(with_embedded(history, self.embed(history, vectors, reads)), training=training)
        lengths = tf.math.count_nonzero(history, axis=1, dtype=tf.int32)
        state = tf.gather(states, tf.maximum(lengths - 1, 0), batch_dims=1)
        if self.user_tower is not None:
            state += self.user_vectors(inputs["user_id"], training, reads)
        state = tf.boolean_mask(state, lengths > 0)  # a replica's last rows may be empty
        places = tf.where(history != PADDING)
        targets = tf.gather_nd(history, places)
        weights = tf.gather_nd(tf.cast(history != PADDING, tf.float32) * inputs.get("weight", 1.0), places)
        return Examples(with_bias_component(state), tf.cast(places[:, 0], tf.int32), targets, weights)

    def supervised_loss(self, examples: Examples, vectors: Lookup, seed: tf.Tensor) -> tf.Tensor:
        """Mean of the reconstruction losses over the histories, a scalar."""
        places = tf.stack([examples.rows, examples.targets - FIRST_ITEM], axis=1)
        total = self.reconstruction.losses(self.scores(examples, vectors), places, examples.weights)
        return tf.math.divide_no_nan(total, self.averaged_over(examples))

    def averaged_over(self, examples: Examples) -> tf.Tensor:
        """Returns the number of histories."""
        return tf.cast(tf.shape(examples.queries)[0], tf.float32)
