"""Vectors of every vocabulary row, computed once for many queries."""

from typing import NamedTuple

import tensorflow as tf


class Tables(NamedTuple):
    """Vectors of every vocabulary row.

    Attributes:
        history: [V, E] float32, what the encoder reads of each item.
        items: [V, D] float32 item vectors, with the bias last; rows 0 and 1 are no items.
    """

    history: tf.Tensor
    items: tf.Tensor
