"""Reads categories as vectors without a vocabulary, by several hashes each."""

from typing import ClassVar

import numpy as np
import tensorflow as tf
from pydantic import Field
from pydantic.dataclasses import dataclass

from tfrec_dl.configurations import configuration
from tfrec_dl.data.catalogue.feature_kinds import SEPARATOR
from tfrec_dl.features.readers import CATEGORY_READERS, CategoryReader
from tfrec_dl.layers.dropout import ResumableDropout
from tfrec_dl.layers.masking import UNKNOWN, EntryDropout, known_mask, masked_mean

FIRST = UNKNOWN + 1  # the first bin: 0 is padding, 1 a hidden category


@dataclass(frozen=True)
class HashState:
    """State of a category hash.

    Attributes:
        width: number of categories of a value that are read.
    """

    width: int


@CATEGORY_READERS.register("hashed_categories")
@configuration
class HashedCategories(CategoryReader):
    """The mean of the vectors of an item's categories; each is the mean of the hash bins that it falls into.

    Use it for categories that are too many to list, or where new ones keep appearing: an unseen category also has a
    vector, from bins that other categories have trained. Two categories that share a bin under one hash function rarely
    do so under the next. Source: Svenstrup et al., Hash Embeddings for Efficient Word Representations, NeurIPS 2017,
    without its weights.

    Attributes:
        bins: number of bins of each hash function.
        hashes: number of hash functions.
        embedding: width of a bin's vector.
        max_count: maximum number of categories of an item that are read.
        dropout: share of an item's categories hidden in training, and of the mean's components set to zero.
    """

    bins: int = Field(default=1024, ge=2)
    hashes: int = Field(default=2, ge=1)
    embedding: int = Field(default=32, ge=1)
    max_count: int = Field(default=16, ge=1)
    dropout: float = Field(default=0.2, ge=0, lt=1)
    state_type: ClassVar[type] = HashState

    def learn(self, values: np.ndarray) -> HashState:
        """Finds the largest number of categories of values [n] object (str), each "", "Drama" or "Drama|War"."""
        longest = max((sum(bool(part.strip()) for part in str(value).split(SEPARATOR)) for value in values), default=1)
        return HashState(min(max(longest, 1), self.max_count))

    def preparation(self, state: HashState) -> tf.keras.layers.Layer:
        """Layer, values [N] string -> [N, C, hashes] int32, right-padded with 0."""
        return CategoryHash(self.bins, self.hashes, state.width)

    def vector(self, indices: tf.Tensor, size: int) -> tf.Tensor:
        """Builds the network.

        Args:
            indices: [N, C, hashes] int32.
            size: number of bins of all hash functions, padding and unknown included.

        Returns:
            [N, embedding].
        """
        if self.dropout:
            indices = CategoryDropout(self.dropout)(indices)
        entries = tf.keras.layers.Reshape((indices.shape[1] * self.hashes,))(indices)
        mean = masked_mean(tf.keras.layers.Embedding(size, self.embedding)(entries), known_mask(entries))
        return ResumableDropout(self.dropout)(mean) if self.dropout else mean


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class CategoryHash(tf.keras.layers.Layer):
    """Splits "a|b" and hashes the parts, in the graph, the same on every machine.

    Args:
        bins: number of bins of each hash function; each has its own bins.
        hashes: number of hash functions.
        width: number of parts of a value that are read.
    """

    def __init__(self, bins: int, hashes: int, width: int, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.bins = bins
        self.hashes = hashes
        self.width = width

    def vocabulary_size(self) -> int:
        """Number of bins of all hash functions, padding and unknown included."""
        return FIRST + self.hashes * self.bins

    def call(self, values: tf.Tensor) -> tf.Tensor:
        """[N] string -> [N, width, hashes] int32."""
        parts = tf.strings.split(values, SEPARATOR)
        parts = tf.ragged.map_flat_values(tf.strings.strip, parts)
        parts = tf.ragged.boolean_mask(parts, parts != "")
        return tf.stack([self._indices(parts, number) for number in range(self.hashes)], axis=2)

    def get_config(self) -> dict:
        """Returns the arguments needed to rebuild the layer."""
        return {**super().get_config(), "bins": self.bins, "hashes": self.hashes, "width": self.width}

    def _indices(self, parts: tf.RaggedTensor, number: int) -> tf.Tensor:
        """Parts [N, ...] and the number of the hash function -> [N, width] int32."""
        key = [number, 0]  # key of SipHash
        bins = tf.strings.to_hash_bucket_strong(parts.values, self.bins, key)
        indices = parts.with_values(tf.cast(bins, tf.int32) + FIRST + number * self.bins)
        return indices.to_tensor(0, shape=[None, self.width])


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class CategoryDropout(EntryDropout):
    """Hides a share of the categories in training, under all hash functions at once.

    Args:
        rate: share of the categories.
    """

    def _uniform(self, shape: tf.Tensor, dtype: tf.DType) -> tf.Tensor:
        drawn = super()._uniform(shape[:-1], dtype)
        return tf.broadcast_to(drawn[..., None], shape)
