"""Lengths of training windows, and the random positions where histories are cut into them."""

import tensorflow as tf
from pydantic import Field

from tfrec_dl.configurations import configuration

LONGEST_HISTORY = 100_000
"""Largest number of items in a history that a model may read."""


@configuration
class WindowConfig:
    """How histories become training batches.

    Attributes:
        max_length: length of the longest window, in input items.
        context: items at the start of every window except a history's first that are read but not trained on, so that
            no target has fewer predecessors than this if more exist. Must be below `max_length`.
        batch_size: windows per batch.
        seed: determines offsets and order, together with the number of the epoch only.
    """

    max_length: int = Field(default=50, ge=1)
    context: int = Field(default=0, ge=0)
    batch_size: int = Field(default=128, ge=1)
    seed: int = 0


def window_counts(targets: tf.Tensor, config: WindowConfig) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns how many windows histories take, and how far their cuts may move.

    Args:
        targets: [H] int64 targets of each history.
        config: lengths.

    Returns:
        [H] int64 each; a history without targets has no window.
    """
    stride = config.max_length - config.context
    further = tf.maximum(-((config.max_length - targets) // stride), 0)
    slack = tf.where(further > 0, config.max_length + further * stride - targets, 0)
    return tf.where(targets > 0, 1 + further, 0), slack


def cut(begin: tf.Tensor, targets: tf.Tensor, config: WindowConfig, seed: tf.Tensor) -> tf.Tensor:
    """Cuts histories, each at a random offset within its slack.

    Args:
        begin: [H] int64 start of each history's items.
        targets: [H] int64 targets of each history.
        config: lengths.
        seed: [2] int, determines the offsets.

    Returns:
        Windows [W, 4] int64, history by history: start, length, context, history.
    """
    counts, slack = window_counts(targets, config)
    history = tf.repeat(tf.range(tf.size(counts, tf.int64)), counts)
    ordinal = tf.range(tf.size(history, tf.int64)) - tf.gather(tf.cumsum(counts, exclusive=True), history)
    uniform = tf.random.stateless_uniform(tf.shape(slack), seed, dtype=tf.float64)
    shift = tf.gather(tf.cast(uniform * tf.cast(slack + 1, tf.float64), tf.int64), history)

    stride, is_first = config.max_length - config.context, tf.equal(ordinal, 0)
    reach = tf.where(is_first, config.max_length - shift, stride)
    first = tf.where(is_first, tf.ones_like(shift), 1 + config.max_length - shift + (ordinal - 1) * stride)
    last = tf.minimum(first + reach - 1, tf.gather(targets, history))
    context = tf.where(is_first, tf.zeros_like(shift), config.context)
    start = tf.gather(begin, history) + first - 1 - context
    return tf.stack([start, last - first + 1 + context, context, history], axis=1)
