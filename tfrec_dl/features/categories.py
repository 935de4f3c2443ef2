"""Reads categories as vectors: embedding bags."""

from collections import Counter
from typing import ClassVar

import numpy as np
import tensorflow as tf
from pydantic import Field
from pydantic.dataclasses import dataclass

from tfrec_dl.configurations import configuration
from tfrec_dl.data.catalogue.feature_kinds import SEPARATOR
from tfrec_dl.features.readers import CATEGORY_READERS, CategoryReader
from tfrec_dl.layers.dropout import ResumableDropout
from tfrec_dl.layers.masking import EntryDropout, known_mask, masked_mean


@dataclass(frozen=True)
class CategoryState:
    """State of a category lookup.

    Attributes:
        categories: known categories, the most frequent first.
        width: number of categories of a value that are read.
    """

    categories: list[str]
    width: int


@CATEGORY_READERS.register("categories")
@configuration
class Categories(CategoryReader):
    """The mean of the vectors of an item's categories.

    Categories that are unknown, because they were never seen or too rarely, are skipped. An item without known
    categories has the zero vector.

    Attributes:
        embedding: width of a category's vector.
        min_count: number of items that must have a category for it to be known.
        max_count: maximum number of categories of an item that are read.
        dropout: share of an item's categories hidden in training, and of the mean's components set to zero.
    """

    embedding: int = Field(default=32, ge=1)
    min_count: int = Field(default=2, ge=1)
    max_count: int = Field(default=16, ge=1)
    dropout: float = Field(default=0.2, ge=0, lt=1)
    state_type: ClassVar[type] = CategoryState

    def learn(self, values: np.ndarray) -> CategoryState:
        """Learns the categories of values [n] object (str), each "" or one category or several: "Drama|War"."""
        counter: Counter[str] = Counter()
        longest = 1
        for value in values:
            parts = [part.strip() for part in str(value).split(SEPARATOR) if part.strip()]
            longest = max(longest, len(parts))
            counter.update(list(dict.fromkeys(parts)))
        kept = [category for category, count in counter.most_common() if count >= self.min_count]
        return CategoryState(kept, min(longest, self.max_count))

    def preparation(self, state: CategoryState) -> tf.keras.layers.Layer:
        """Layer, values [N] string -> [N, C] int32, right-padded with 0; unknown categories are 1."""
        return CategoryLookup(state.categories, state.width)

    def vector(self, indices: tf.Tensor, size: int) -> tf.Tensor:
        """Builds the network.

        Args:
            indices: [N, C] int32.
            size: number of known categories, padding and unknown included.

        Returns:
            [N, embedding].
        """
        if self.dropout:
            indices = EntryDropout(self.dropout)(indices)
        vectors = tf.keras.layers.Embedding(size, self.embedding)(indices)
        mean = masked_mean(vectors, known_mask(indices))
        return ResumableDropout(self.dropout)(mean) if self.dropout else mean


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class CategoryLookup(tf.keras.layers.Layer):
    """Splits "a|b" and looks up the parts, in the graph.

    Args:
        categories: known categories, whose indices start at 2.
        width: number of parts of a value that are read.
    """

    def __init__(self, categories: list[str], width: int, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self.categories = list(categories)
        self.width = width
        keys = tf.constant(self.categories or [SEPARATOR], tf.string)  # never a part: a table must not be empty
        indices = tf.range(2, 2 + len(self.categories or [SEPARATOR]), dtype=tf.int32)
        self._table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer(keys, indices), 1)

    def vocabulary_size(self) -> int:
        """Number of known categories, padding and unknown included."""
        return 2 + max(1, len(self.categories))

    def call(self, values: tf.Tensor) -> tf.Tensor:
        """[N] string -> [N, width] int32."""
        parts = tf.strings.split(values, SEPARATOR)
        parts = tf.ragged.map_flat_values(tf.strings.strip, parts)
        parts = tf.ragged.boolean_mask(parts, parts != "")
        indices = tf.ragged.map_flat_values(self._table.lookup, parts)
        return indices.to_tensor(0, shape=[None, self.width])

    def get_config(self) -> dict:
        """Returns the arguments needed to rebuild the layer."""
        return {**super().get_config(), "categories": self.categories, "width": self.width}
