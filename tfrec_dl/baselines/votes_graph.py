"""Votes of a history's last items inside a TensorFlow graph."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from tfrec_dl.baselines.graph import BaselineGraph, SparseRows, frozen
from tfrec_dl.serving.ivf.asked import Asked


class VotesGraph(BaselineGraph):
    """`Transitions` inside a TensorFlow graph.

    Args:
        item_counts: [size] training interactions by index.
        decay: of the votes.
        tie_breakers: [size] what every item scores without a vote.
        order: how many of the last items vote; files of earlier versions, of Markov chains, do not say: 5.
        **transitions: the arguments of `SparseRows`.
    """

    def __init__(
        self,
        item_counts: np.ndarray,
        decay: float | np.ndarray,
        tie_breakers: np.ndarray,
        order: int | np.ndarray = 5,
        **transitions: np.ndarray,
    ) -> None:
        super().__init__(item_counts)
        self.decay = float(decay)
        self.order = int(order)
        self.tie_breakers = frozen(tie_breakers)
        self.transitions = SparseRows(**transitions)

    @property
    def reach(self) -> int:
        """The items that vote."""
        return self.order

    def arrays(self) -> dict[str, np.ndarray]:
        """Decay, order, tie-breakers and transitions."""
        own = {"decay": np.array(self.decay), "order": np.array(self.order), "tie_breakers": self.tie_breakers.numpy()}
        return own | self.transitions.arrays()

    @property
    def factors(self) -> tf.Tensor:
        """The tie-breakers."""
        return self.tie_breakers[:, None]

    def asked(self, history: tf.Tensor) -> Asked:
        """The votes."""
        return Asked(tf.ones_like(history[:, :1], tf.float32), self.transitions.votes(*self._voting(history)))

    def _scores(self, history: tf.Tensor) -> tf.Tensor:
        return self.tie_breakers + self.transitions.weighted_sum(*self._voting(history))

    def _voting(self, history: tf.Tensor) -> tuple[tf.Tensor, ...]:
        """The items that vote, their weights and rows, and how many rows there are."""
        lengths = tf.math.count_nonzero(history, axis=1, keepdims=True, dtype=tf.int32)
        distance = lengths - 1 - tf.range(tf.shape(history)[1])
        places = tf.where((distance >= 0) & (distance < self.order))
        weights = self.decay ** tf.cast(tf.gather_nd(distance, places), tf.float32)
        return tf.gather_nd(history, places), weights, places[:, 0], tf.shape(history)[0]
