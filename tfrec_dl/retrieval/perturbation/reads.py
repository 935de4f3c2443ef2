"""What a training step reads of items and users: as it is, recorded, or shifted."""

from collections.abc import Mapping

import tensorflow as tf

ITEMS, HISTORY, USERS = "items", "history", "users"  # tables; items and history may be one
HASHED = 2**62


class Reads:
    """Gives what is read on as it is."""

    def rows(self, table: str, numbers: tf.Tensor, vectors: tf.Tensor) -> tf.Tensor:
        """What the step sees of rows that were read.

        Args:
            table: which rows these are numbers of.
            numbers: [...] integers.
            vectors: [..., E] float32.

        Returns:
            [..., E] float32.
        """
        return vectors


AS_THEY_ARE = Reads()


class Recorded(Reads):
    """Keeps what was read, in order, for the gradient.

    Attributes:
        found: table -> (numbers [N] int64, the tensor that was read) of each read.
    """

    def __init__(self) -> None:
        self.found: dict[str, list[tuple[tf.Tensor, tf.Tensor]]] = {}

    def rows(self, table: str, numbers: tf.Tensor, vectors: tf.Tensor) -> tf.Tensor:
        """The same, kept."""
        self.found.setdefault(table, []).append((tf.cast(tf.reshape(numbers, [-1]), tf.int64), vectors))
        return vectors

    def vectors(self) -> list[tf.Tensor]:
        """What was read, table by table."""
        return [vectors for reads in self.found.values() for _, vectors in reads]


class Shifted(Reads):
    """Adds to each read its shifts; to be asked for the same reads in the same order as they were recorded.

    Args:
        shifts: table -> [N, E] of each read.
    """

    def __init__(self, shifts: Mapping[str, list[tf.Tensor]]) -> None:
        self._next = {table: iter(reads) for table, reads in shifts.items()}

    def rows(self, table: str, numbers: tf.Tensor, vectors: tf.Tensor) -> tf.Tensor:
        """Shifted."""
        return vectors + tf.reshape(next(self._next[table]), tf.shape(vectors))


def numbers_of_users(user_ids: tf.Tensor) -> tf.Tensor:
    """User ids [B] string -> [B] int64, the same for the same user on every replica."""
    return tf.strings.to_hash_bucket_fast(user_ids, HASHED)
