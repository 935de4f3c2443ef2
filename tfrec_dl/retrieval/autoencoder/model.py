"""An autoencoder over purchase vectors as a retrieval model."""

from typing import ClassVar

import tensorflow as tf

from tfrec_dl.data.training.training_histories import TrainingHistories
from tfrec_dl.data.training.windows import TrainingWindows
from tfrec_dl.data.vocabulary import FIRST_ITEM, PADDING
from tfrec_dl.retrieval.examples import Examples, Lookup, with_bias_component, with_embedded
from tfrec_dl.retrieval.model import RetrievalModel


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class AutoencoderModel(RetrievalModel):
    """Gives back all items of a history from some of them.

    Trains on batches of `TrainingHistories`. Its loss is the multinomial likelihood of a history's items, summed over
    them (Liang et al., Variational Autoencoders for Collaborative Filtering, WWW 2018, equation 2); it takes every item
    with training interactions, so its cost is that of histories x catalogue.

    Args: those of `RetrievalModel`; the encoder hides items from itself.
    """

    batches: ClassVar[type[TrainingWindows] | type[TrainingHistories]] = TrainingHistories

    def examples(self, inputs: dict[str, tf.Tensor], vectors: Lookup, training: bool = False) -> Examples:
        """One query for each history of a batch, its targets being the history's own items.

        Args:
            inputs: a batch of `TrainingHistories`.
            vectors: of `lookup`.
            training: whether items are hidden.
        """
        history = inputs["history"]
        states = self.encoder(with_embedded(history, self.embed(history, vectors)), training=training)
        lengths = tf.math.count_nonzero(history, axis=1, dtype=tf.int32)
        state = tf.gather(states, tf.maximum(lengths - 1, 0), batch_dims=1)
        if self.user_tower is not None:
            state += self.user_tower(inputs["user_id"], training=training)
        state = tf.boolean_mask(state, lengths > 0)  # a replica's rows may end with empty ones
        places = tf.where(history != PADDING)
        targets = tf.gather_nd(history, places)
        weights = tf.gather_nd(tf.cast(history != PADDING, tf.float32) * inputs.get("weight", 1.0), places)
        return Examples(with_bias_component(state), tf.cast(places[:, 0], tf.int32), targets, weights)

    def supervised_loss(self, examples: Examples, vectors: Lookup, seed: tf.Tensor) -> tf.Tensor:
        """Mean over the histories of the weighted sum of their items' negative log likelihoods, a scalar."""
        items = vectors(tf.range(FIRST_ITEM, self.vocabulary.trained_size))
        likelihood = tf.nn.log_softmax(tf.linalg.matmul(examples.queries, items, transpose_b=True))
        places = tf.stack([examples.rows, examples.targets - FIRST_ITEM], axis=1)
        losses = -tf.gather_nd(likelihood, places) * examples.weights
        return tf.math.divide_no_nan(tf.reduce_sum(losses), self.averaged_over(examples))

    def averaged_over(self, examples: Examples) -> tf.Tensor:
        """The number of histories."""
        return tf.cast(tf.shape(examples.queries)[0], tf.float32)
