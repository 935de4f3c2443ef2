"""A TensorFlow graph of the votes of a history's last items."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from pydantic import TypeAdapter
from scipy import sparse

from tfrec_dl.baselines.graph import BaselineGraph, SparseRows, frozen
from tfrec_dl.baselines.transition_counts import both_ways, count_transitions, scaled_transitions, tie_breakers
from tfrec_dl.baselines.transition_settings import TransitionSettings
from tfrec_dl.data.histories import Histories
from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.errors import InputError
from tfrec_dl.serving.ivf.asked import Asked

SETTINGS = TypeAdapter(TransitionSettings)


class VotesGraph(BaselineGraph):
    """`Transitions` inside a TensorFlow graph.

    Args:
        item_counts: [size] training interactions by index.
        decay: decay of the votes.
        tie_breakers: [size] score of every item without a vote.
        order: number of last items that vote; 5 in files of Markov chains by earlier versions, which do not store it.
        settings: `TransitionSettings` that the transitions were counted with, as JSON; None in files of earlier
            versions, which do not store it.
        **transitions: arguments of `SparseRows`.
    """

    def __init__(
        self,
        item_counts: np.ndarray,
        decay: float | np.ndarray,
        tie_breakers: np.ndarray,
        order: int | np.ndarray = 5,
        settings: str | np.ndarray | None = None,
        **transitions: np.ndarray,
    ) -> None:
        super().__init__(item_counts)
        self.decay = float(decay)
        self.order = int(order)
        self.settings = None if settings is None else SETTINGS.validate_json(str(settings))
        self.tie_breakers = frozen(tie_breakers)
        self.transitions = SparseRows(**transitions)

    @property
    def reach(self) -> int:
        """Returns the number of items that vote."""
        return self.order

    @classmethod
    def of(cls, transitions: sparse.csr_matrix, item_counts: np.ndarray, settings: TransitionSettings) -> VotesGraph:
        """Builds the graph from T and the settings that it was made with."""
        return cls(
            item_counts,
            settings.decay,
            tie_breakers(transitions, item_counts, settings),
            settings.order,
            SETTINGS.dump_json(settings).decode(),
            **SparseRows.arrays_of(transitions),
        )

    def arrays(self) -> dict[str, np.ndarray]:
        """Returns decay, order, settings, tie-breakers and transitions."""
        own = {"decay": np.array(self.decay), "order": np.array(self.order), "tie_breakers": self.tie_breakers.numpy()}
        if self.settings is not None:
            own["settings"] = np.array(SETTINGS.dump_json(self.settings).decode())
        return own | self.transitions.arrays()

    def counted_anew(self, train: Histories) -> VotesGraph:
        """Counts the transitions of other histories with the same settings.

        Raises:
            InputError: if the graph does not store its settings.
        """
        if self.settings is None:
            raise InputError(
                "the transitions were counted by an earlier version, which did not store the settings: "
                "train again to count anew."
            )
        settings = self.settings
        counts = both_ways(count_transitions(train, self.size, settings.window, settings.skip), settings.back)
        item_counts = np.bincount(train.items, minlength=self.size).astype(np.int64)
        item_counts[:FIRST_ITEM] = 0
        return self.of(scaled_transitions(counts, item_counts, settings), item_counts, settings)

    @property
    def factors(self) -> tf.Tensor:
        """Returns the tie-breakers."""
        return self.tie_breakers[:, None]

    def asked(self, history: tf.Tensor) -> Asked:
        """Returns the votes."""
        return Asked(tf.ones_like(history[:, :1], tf.float32), self.transitions.votes(*self._voting(history)))

    def _scores(self, history: tf.Tensor) -> tf.Tensor:
        return self.tie_breakers + self.transitions.weighted_sum(*self._voting(history))

    def _voting(self, history: tf.Tensor) -> tuple[tf.Tensor, ...]:
        """Returns the items that vote, their weights and rows, and the number of rows."""
        lengths = tf.math.count_nonzero(history, axis=1, keepdims=True, dtype=tf.int32)
        distance = lengths - 1 - tf.range(tf.shape(history)[1])
        places = tf.where((distance >= 0) & (distance < self.order))
        weights = self.decay ** tf.cast(tf.gather_nd(distance, places), tf.float32)
        return tf.gather_nd(history, places), weights, places[:, 0], tf.shape(history)[0]
