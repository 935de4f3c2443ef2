"""Readers, which pool the vectors of many reviews into one document vector."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import ClassVar

import tensorflow as tf
from pydantic import Field

from tfrec_dl.configurations import configuration
from tfrec_dl.registry import Registry


class Reader(ABC):
    """Defines the weights of the reviews in a document. Subclasses are frozen dataclasses registered under a name.

    Attributes:
        name: name under which it is registered; set by `register`.
    """

    name: ClassVar[str]

    @abstractmethod
    def importance(self, width: int, others: int) -> tf.keras.Model | None:
        """Builds the network that weights reviews.

        Args:
            width: width of a review's vector.
            others: number of indices on the other side: authors of an item's reviews, items of a user's.

        Returns:
            Functional model, review vectors [E, width] and other indices [E] int32 -> logits [E, 1]; None if every
            review counts the same.
        """


READERS: Registry[Reader] = Registry("review reader")


@READERS.register("concatenated_reviews")
@configuration
class ConcatenatedReviews(Reader):
    """Reads all reviews as one text, as in DeepCoNN (Zheng, Noroozi and Yu, WSDM 2017, section 3).

    The maximum of a filter over the joined text is the maximum over its reviews. The mean is taken first over each
    review, then over the reviews, so that long ones do not dominate.
    """

    def importance(self, width: int, others: int) -> tf.keras.Model | None:
        """Returns None: every review counts the same."""
        return None


@READERS.register("review_attention")
@configuration
class ReviewAttention(Reader):
    """Weights each review by its text, and by its author or the item it is about.

    Source: NARRE (Chen, Zhang, Liu and Ma, WWW 2018, equations 5 and 6). The weights do not depend on the pair whose
    rating is predicted.

    Attributes:
        units: width of the hidden layer.
        embedding: width of the vectors of authors, or of reviewed items.
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
        # Initially zero, so that training starts from equal weights.
        logits = tf.keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")(hidden)
        return tf.keras.Model([vectors, other], logits, name="importance")


def average(vectors: tf.Tensor, documents: tf.Tensor, count: tf.Tensor, logits: tf.Tensor | None = None) -> tf.Tensor:
    """Returns weighted means of the reviews in each document, with one more review whose vector is zero.

    The extra review represents uncertainty: the fewer the reviews, the closer a document is to an empty one.

    Args:
        vectors: [E, F] review vectors.
        documents: [E] int32, document of each review, below `count`.
        count: scalar int32, number of documents.
        logits: [E] float32; None weights all equally. The extra review has logit 0.

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
    """Returns the maxima over the reviews in each document and an empty review; arguments as for `average`.

    Logits scale a review's vector by its weight relative to the document's largest weight.
    """
    if logits is not None:
        highest = tf.math.unsorted_segment_max(logits, documents, count)
        vectors = vectors * tf.exp(logits - tf.gather(highest, documents))[:, None]
    return tf.maximum(tf.math.unsorted_segment_max(vectors, documents, count), 0.0)


Pool = Callable[[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor | None], tf.Tensor]
