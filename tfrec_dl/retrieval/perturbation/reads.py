"""How a training step reads items and users: unchanged, recorded, or shifted."""

from collections.abc import Mapping

import tensorflow as tf

ITEMS, HISTORY, USERS = "items", "history", "users"  # tables; items and history may be the same
HASHED = 2**62


class Reads:
    """Passes on what is read, unchanged."""

    def rows(self, table: str, numbers: tf.Tensor, vectors: tf.Tensor) -> tf.Tensor:
        """Returns what the step uses for rows that were read.

        Args:
            table: table that the numbers refer to.
            numbers: [...] integer row numbers.
            vectors: [..., E] float32.

        Returns:
            [..., E] float32.
        """
        return vectors


AS_THEY_ARE = Reads()


class Recorded(Reads):
    """Records what is read, in order, for the gradient.

    Attributes:
        found: table -> (numbers [N] int64, the tensor that was read) of each read.
    """

    def __init__(self) -> None:
        self.found: dict[str, list[tuple[tf.Tensor, tf.Tensor]]] = {}

    def rows(self, table: str, numbers: tf.Tensor, vectors: tf.Tensor) -> tf.Tensor:
        """Records the rows and returns them unchanged."""
        self.found.setdefault(table, []).append((tf.cast(tf.reshape(numbers, [-1]), tf.int64), vectors))
        return vectors

    def vectors(self) -> list[tf.Tensor]:
        """Returns what was read, table by table."""
        return [vectors for reads in self.found.values() for _, vectors in reads]


class Shifted(Reads):
    """Adds shifts to what is read; the reads must be the recorded ones, in the same order.

    Args:
        shifts: table -> shifts [N, E] of each read.
    """

    def __init__(self, shifts: Mapping[str, list[tf.Tensor]]) -> None:
        self._next = {table: iter(reads) for table, reads in shifts.items()}

    def rows(self, table: str, numbers: tf.Tensor, vectors: tf.Tensor) -> tf.Tensor:
        """Returns the shifted rows."""
        return vectors + tf.reshape(next(self._next[table]), tf.shape(vectors))


def numbers_of_users(user_ids: tf.Tensor) -> tf.Tensor:
    """User ids [B] string -> [B] int64, the same for the same user on every replica."""
    return tf.strings.to_hash_bucket_fast(user_ids, HASHED)
