"""Negative sampling: candidates sampled once per step and shared by all targets of the batch."""

import numpy as np
import tensorflow as tf

from tfrec_dl.data.vocabulary import FIRST_ITEM


class NegativeSampler:
    """Samples items with replacement, with probability proportional to count ** exponent.

    The sampler stores one number per run of neighbors with equal counts, not one per item. A vocabulary is sorted by
    count, and of a million items most share their count with thousands of others. The constants in a graph therefore
    stay small, and sampling searches them in cache.

    Args:
        item_counts: training interactions of each vocabulary row [V]; rows without any, and rows 0 and 1, are never
            sampled.
        exponent: 0 samples uniformly, 1 by popularity; word2vec uses 0.75 (Mikolov et al., NeurIPS 2013).
    """

    def __init__(self, item_counts: np.ndarray, exponent: float) -> None:
        counts = np.concatenate([np.zeros(FIRST_ITEM, item_counts.dtype), item_counts[FIRST_ITEM:]])
        starts = np.concatenate([[0], 1 + np.flatnonzero(np.diff(counts))])
        lengths = np.diff(np.append(starts, len(counts)))
        mass = np.where(counts[starts] > 0, counts[starts].astype(np.float64) ** exponent, 0.0)
        each = mass / (mass * lengths).sum()
        with np.errstate(divide="ignore"):
            self._log_probability = np.log(each).astype(np.float32)
        self._starts = starts.astype(np.int32)

        drawn = mass > 0
        self._first = starts[drawn].astype(np.int32)
        self._length = lengths[drawn].astype(np.int32)
        self._each = each[drawn]
        self._reached = np.cumsum(self._each * self._length)
        self._reached /= self._reached[-1]  # exactly 1 at the end

    def sample(self, count: int, seed: tf.Tensor) -> tf.Tensor:
        """Samples `count` vocabulary indices [count] int32, determined by `seed`, an int [2]."""
        uniform = tf.random.stateless_uniform([count], seed, dtype=tf.float64)
        run = tf.searchsorted(tf.constant(self._reached), uniform, side="right")
        before = tf.gather(tf.constant(np.concatenate([[0.0], self._reached[:-1]])), run)
        place = tf.cast((uniform - before) / tf.gather(tf.constant(self._each), run), tf.int32)
        last = tf.gather(tf.constant(self._length - 1), run)
        return tf.gather(tf.constant(self._first), run) + tf.minimum(place, last)

    def log_probability(self, indices: tf.Tensor) -> tf.Tensor:
        """Log of the probability that one draw gives each of the indices [N] int32, float32 [N]."""
        run = tf.searchsorted(tf.constant(self._starts), indices, side="right") - 1
        return tf.gather(tf.constant(self._log_probability), run)
