"""A short path from the last items to the scores: a factorized Markov chain beside a deep encoder."""

import tensorflow as tf


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class MarkovPath(tf.keras.layers.Layer):
    """Sums a vector for each of the last items, weighted by how recent the item is.

    Together with the item vectors of the tower, it scores like a factorized Markov chain of higher order (Rendle et
    al., Factorizing Personalized Markov Chains, WWW 2010; He and McAuley, Fusing Similarity Models with Markov Chains,
    ICDM 2016, equation 6). The deep encoder is left with what the chain cannot model.

    Args:
        vocabulary_size: rows of the transition table.
        dimension: width of the item vectors.
        order: number of last items that are read.
        decay: initial weight of an item relative to the item after it.
        transitions: layer, vocabulary indices [B, L] int32 -> [B, L, dimension], initially zeros; None creates a table
            with a row for each item.
    """

    def __init__(
        self,
        vocabulary_size: int,
        dimension: int,
        order: int = 5,
        decay: float = 0.5,
        transitions: tf.keras.layers.Layer | None = None,
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        self.vocabulary_size = vocabulary_size
        self.dimension = dimension
        self.order = order
        self.decay = decay
        self.transitions = transitions or tf.keras.layers.Embedding(
            vocabulary_size, dimension, embeddings_initializer="zeros", name="transitions"
        )

    def build(self, input_shape: tf.TensorShape) -> None:
        """Creates the weights by recency [order], that of the last item first."""
        initial = tf.constant_initializer([self.decay**lag for lag in range(self.order)])
        self.recency = self.add_weight("recency", [self.order], initializer=initial)
        super().build(input_shape)

    def call(self, history: tf.Tensor) -> tf.Tensor:
        """History [B, L] int32 -> sums [B, L, dimension]."""
        vectors = self.transitions(history)
        length = tf.shape(history)[1]
        padded = tf.pad(vectors, [[0, 0], [self.order - 1, 0], [0, 0]])
        total = self.recency[0] * vectors
        for lag in range(1, self.order):
            first = self.order - 1 - lag
            total += self.recency[lag] * padded[:, first : first + length]
        return total

    def get_config(self) -> dict:
        """Returns the arguments needed to rebuild the layer."""
        return {
            **super().get_config(),
            "vocabulary_size": self.vocabulary_size,
            "dimension": self.dimension,
            "order": self.order,
            "decay": self.decay,
            "transitions": tf.keras.saving.serialize_keras_object(self.transitions),
        }

    @classmethod
    def from_config(cls, config: dict) -> "MarkovPath":
        """Rebuilds the layer from the result of `get_config`."""
        return cls(**config | {"transitions": tf.keras.saving.deserialize_keras_object(config["transitions"])})
