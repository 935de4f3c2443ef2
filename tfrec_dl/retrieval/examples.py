"""Queries and targets of a batch."""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf

Lookup = Callable[[tf.Tensor], tf.Tensor]


class Examples(NamedTuple):
    """Queries of a batch and their targets.

    Attributes:
        queries: [Q, D] float32.
        rows: [P] int32 query of each target.
        targets: [P] int32.
        weights: [P] float32.
    """

    queries: tf.Tensor
    rows: tf.Tensor
    targets: tf.Tensor
    weights: tf.Tensor


def with_embedded(history: tf.Tensor, embedded: tf.Tensor) -> dict[str, tf.Tensor]:
    """Returns the encoder's inputs."""
    return {"history": history, "embedded": embedded}


def with_bias_component(states: tf.Tensor) -> tf.Tensor:
    """Appends a 1, which is multiplied by the item bias: [..., D - 1] -> [..., D]."""
    return tf.concat([states, tf.ones_like(states[..., :1])], axis=-1)
