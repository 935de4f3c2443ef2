"""Negative sampling: candidates drawn once a step and shared by every target of the batch."""

import numpy as np
import tensorflow as tf

from tfrec_dl.data.vocabulary import FIRST_ITEM


class NegativeSampler:
    """Draws items with replacement, with probability proportional to count ** exponent.

    Args:
        item_counts: training interactions of each vocabulary row [V]; those without any, and 0 and 1, are never
            drawn.
        exponent: 0 draws uniformly, 1 by popularity; word2vec uses 0.75 (Mikolov et al., NeurIPS 2013).
    """

    def __init__(self, item_counts: np.ndarray, exponent: float) -> None:
        counts = item_counts.astype(np.float64)
        mass = np.where(counts > 0, counts**exponent, 0.0)
        mass[:FIRST_ITEM] = 0.0
        probability = mass / mass.sum()
        with np.errstate(divide="ignore"):
            self._log_probability = np.log(probability).astype(np.float32)
        self._cumulative = np.cumsum(probability)
        self._cumulative /= self._cumulative[-1]  # exactly 1 from the last item with mass on

    def sample(self, count: int, seed: tf.Tensor) -> tf.Tensor:
        """Draws `count` vocabulary indices [count] int32; `seed` is an int [2] that decides them."""
        uniform = tf.random.stateless_uniform([count], seed, dtype=tf.float64)
        return tf.searchsorted(tf.constant(self._cumulative), uniform, side="right")

    def log_probability(self, indices: tf.Tensor) -> tf.Tensor:
        """Log of the probability that one draw gives each of the indices, float32 of the same shape."""
        return tf.gather(tf.constant(self._log_probability), indices)
