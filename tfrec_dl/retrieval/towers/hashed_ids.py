"""Item tower over hashed ids: a table smaller than the catalogue, in which rare items share rows."""

import tensorflow as tf
from pydantic import Field

from tfrec_dl.configurations import configuration
from tfrec_dl.data.vocabulary import FIRST_ITEM

LOW_32_BITS = 0xFFFFFFFF


@configuration
class Hashing:
    """Settings for the number of rows in an item table.

    The most frequent items have a row each. Every other item is the mean of several rows of a shared pool, each chosen
    by a different hash function. Two items share all rows with a probability of about functions! / buckets **
    functions. The items' biases, one number each, are not shared. Sources: Svenstrup et al., Hash Embeddings for
    Efficient Word Representations, NeurIPS 2017, without its weights; Zhang et al., Model Size Reduction Using
    Frequency Based Double Hashing for Recommender Systems, RecSys 2020.

    Attributes:
        own_rows: number of items with a row of their own, the most frequent ones; None for all, without hashing.
        buckets: number of rows that the others share; None uses a tenth of their number.
        functions: number of hash functions.
    """

    own_rows: int | None = Field(default=None, ge=0)
    buckets: int | None = Field(default=None, ge=2)
    functions: int = Field(default=2, ge=1)

    def shared_rows(self, size: int) -> int:
        """Returns the number of rows in the pool for a vocabulary of `size` indices; 0 if every item has its own row.

        It is also 0 if the pool would have as many rows as there are items to share it.
        """
        others = 0 if self.own_rows is None else max(size - FIRST_ITEM - self.own_rows, 0)
        buckets = max(others // 10, 2) if self.buckets is None else self.buckets
        return buckets if buckets < others else 0

    def rows(self, size: int) -> int:
        """Returns the number of rows in a table for a vocabulary of `size` indices."""
        shared = self.shared_rows(size)
        return size if not shared or self.own_rows is None else FIRST_ITEM + self.own_rows + shared


def item_table(
    size: int, dimension: int, hashing: Hashing, initializer: tf.keras.initializers.Initializer, name: str
) -> tf.keras.layers.Layer:
    """Builds the item table of a vocabulary.

    Args:
        size: number of indices in the vocabulary.
        dimension: width of a row.
        hashing: settings for its number of rows.
        initializer: initializer of the rows.
        name: name of the layer.

    Returns:
        Layer, vocabulary indices of any shape, int32 -> [..., dimension] float32.
    """
    table: tf.keras.layers.Layer
    if hashing.shared_rows(size):
        table = HashedIds(
            FIRST_ITEM + (hashing.own_rows or 0),
            hashing.rows(size),
            dimension,
            hashing.functions,
            initializer,
            name=name,
        )
    else:
        table = tf.keras.layers.Embedding(size, dimension, initializer, name=name)
    table.build(None)
    return table


@tf.keras.utils.register_keras_serializable("tfrec_dl")
class HashedIds(tf.keras.layers.Layer):
    """Looks up separate rows for the first indices, and the mean of several shared rows for all others.

    Its gradients are sparse: a step updates at most `functions` rows per index.

    Args:
        own: indices below this one have a row each.
        rows: number of rows; those from `own` on are shared.
        output_dim: width of a row.
        functions: number of hash functions.
        initializer: initializer of the rows.
    """

    def __init__(
        self,
        own: int,
        rows: int,
        output_dim: int,
        functions: int = 2,
        initializer: str | tf.keras.initializers.Initializer = "uniform",
        **kwargs: object,
    ) -> None:
        super().__init__(**kwargs)
        self.own = own
        self.rows = rows
        self.output_dim = output_dim
        self.functions = functions
        self.initializer = tf.keras.initializers.get(initializer)
        self.table = tf.keras.layers.Embedding(rows, output_dim, self.initializer, name="table")

    def build(self, input_shape: tf.TensorShape | None) -> None:
        """Creates the rows."""
        self.table.build(None)
        super().build(input_shape)

    def call(self, indices: tf.Tensor) -> tf.Tensor:
        """Indices of any shape, int32 -> [..., output_dim] float32."""
        return tf.reduce_mean(self.table(self.rows_of(indices)), axis=-2)

    def rows_of(self, indices: tf.Tensor) -> tf.Tensor:
        """Indices of any shape, int32 -> [..., functions] int32: one own row repeated, or as many shared rows."""
        numbers = tf.cast(indices, tf.int64)[..., None]
        seeds = tf.constant([(1 + function) * 0x9E3779B9 & LOW_32_BITS for function in range(self.functions)], tf.int64)
        shared = self.own + _mixed(numbers + seeds) % (self.rows - self.own)
        return tf.cast(tf.where(numbers < self.own, numbers, shared), tf.int32)

    def get_config(self) -> dict:
        """Returns the arguments needed to rebuild the layer."""
        return {
            **super().get_config(),
            "own": self.own,
            "rows": self.rows,
            "output_dim": self.output_dim,
            "functions": self.functions,
            "initializer": tf.keras.initializers.serialize(self.initializer),
        }


def _mixed(numbers: tf.Tensor) -> tf.Tensor:
    """Hashes 32-bit integers evenly, int64 of any shape, by shifts and products that give the same on every machine.

    Products stay below 2 ** 63, so devices cannot differ in how they overflow.
    """
    mixed = tf.bitwise.bitwise_and(numbers, LOW_32_BITS)
    for factor in (0x7FEB352D, 0x45D9F3B):
        mixed = tf.bitwise.bitwise_xor(mixed, tf.bitwise.right_shift(mixed, tf.constant(16, tf.int64)))
        mixed = tf.bitwise.bitwise_and(mixed * factor, LOW_32_BITS)
    return tf.bitwise.bitwise_xor(mixed, tf.bitwise.right_shift(mixed, tf.constant(15, tf.int64)))
