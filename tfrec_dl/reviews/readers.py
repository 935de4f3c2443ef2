"""Readers: pool the vectors of many reviews into one document vector."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar

import tensorflow as tf
from pydantic import Field

from tfrec_dl.configurations import configuration
from tfrec_dl.registry import Registry


class Reader(ABC):
    """Weights of the reviews in a document. A part is a frozen dataclass of its settings, registered under a name.

    Attributes:
        name: under which it is registered; `register` sets it.
    """

    name: ClassVar[str]

    @abstractmethod
    def importance(self, width: int, others: int) -> tf.keras.Model | None:
        """Builds the network that weighs reviews.

        Args:
            width: of a review's vector.
            others: number of indices of those on the other side: writers of an item's reviews, items of a user's.

        Returns:
            Functional model, review vectors [E, width] and other indices [E] int32 -> logits [E, 1]; None where every
            review counts the same.
        """


READERS: Registry[Reader] = Registry("review reader")


@READERS.register("concatenated_reviews")
@configuration
class ConcatenatedReviews(Reader):
    """All reviews as one text, as DeepCoNN reads them (Zheng, Noroozi and Yu, WSDM 2017, section 3).

    A filter's largest value over the joined text is the largest over its reviews; its mean is taken over each review,
    then over the reviews, so that a long one does not drown the others.
    """

    def importance(self, width: int, others: int) -> tf.keras.Model | None:
        """None: every review counts the same."""
        return None


@READERS.register("review_attention")
@configuration
class ReviewAttention(Reader):
    """A weight for each review, from its text and from who wrote it or what it is about.

    Source: NARRE (Chen, Zhang, Liu and Ma, WWW 2018, equations 5 and 6). The weights do not depend on the pair whose
    rating is predicted.

    Attributes:
        units: width of the hidden layer.
        embedding: width of the vectors of the writers, or of the items written about.
    """

    units: int = Field(default=16, ge=1)
    embedding: int = Field(default=8, ge=1)

    def importance(self, width: int, others: int) -> tf.keras.Model | None:
        """Builds the attention network, review vectors [E, width] and other indices [E] int32 -> logits [E, 1]."""
        vectors = tf.keras.Input([width])
        other = tf.keras.Input([], dtype=tf.int32)
        embedded = tf.keras.layers.Embedding(others, self.embedding)(other)
        hidden = tf.keras.layers.Dense(self.units, activation="relu")(
            tf.keras.layers.Concatenate()([vectors, embedded])
        )
        # Zero at first: training starts from equal weights.
        logits = tf.keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")(hidden)
        return tf.keras.Model([vectors, other], logits, name="importance")


def average(vectors: tf.Tensor, documents: tf.Tensor, count: tf.Tensor, logits: tf.Tensor | None = None) -> tf.Tensor:
    """Weighted means of the reviews in each document, as if it held one more review whose vector is zero.

    The one more stands for what is not known: the fewer the reviews, the closer the document to an empty one.

    Args:
        vectors: [E, F] of the reviews.
        documents: [E] int32, the document of each, below `count`.
        count: scalar int32, number of documents.
        logits: [E] float32; None weighs all equally. The one more has logit 0.

    Returns:
        [count, F]; zeros for an empty document.
    """
    if logits is None:
        weights, rest = tf.ones_like(documents, dtype=vectors.dtype), tf.ones([count], vectors.dtype)
    else:
        highest = tf.maximum(tf.math.unsorted_segment_max(logits, documents, count), 0.0)
        highest = tf.stop_gradient(highest)
        weights, rest = tf.exp(logits - tf.gather(highest, documents)), tf.exp(-highest)
    total = tf.math.unsorted_segment_sum(weights, documents, count) + rest
    return tf.math.unsorted_segment_sum(vectors * weights[:, None], documents, count) / total[:, None]


def largest(vectors: tf.Tensor, documents: tf.Tensor, count: tf.Tensor, logits: tf.Tensor | None = None) -> tf.Tensor:
    """The largest values over the reviews in each document, and over an empty one; as `average`.

    Logits scale a review's vector by its weight relative to the document's heaviest.
    """
    if logits is not None:
        highest = tf.math.unsorted_segment_max(logits, documents, count)
        vectors = vectors * tf.exp(logits - tf.gather(highest, documents))[:, None]
    return tf.maximum(tf.math.unsorted_segment_max(vectors, documents, count), 0.0)


Pool = Callable[[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor | None], tf.Tensor]
