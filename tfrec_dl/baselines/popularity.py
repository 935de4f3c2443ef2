"""Popularity: recommends the items with the most interactions to everyone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from tfrec_dl.baselines.baseline import BASELINES, Baseline
from tfrec_dl.baselines.graph import BaselineGraph
from tfrec_dl.data.histories import Histories
from tfrec_dl.data.splits.split import Split
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.serving.ivf.asked import Asked


class PopularityGraph(BaselineGraph):
    """`Popularity` inside a TensorFlow graph."""

    @property
    def reach(self) -> int:
        """Returns 0, because it reads no history."""
        return 0

    def similarities(self, items: tf.Tensor) -> tf.Tensor:
        """Returns zeros, because it knows nothing about which items are similar."""
        return tf.zeros([tf.shape(items)[0], self.size])

    def arrays(self) -> dict[str, np.ndarray]:
        """Returns nothing beyond the counts."""
        return {}

    @property
    def factors(self) -> tf.Tensor:
        """Returns the counts."""
        return self.item_counts[:, None]

    def asked(self, history: tf.Tensor) -> Asked:
        """Returns queries that do not depend on the history."""
        return Asked(tf.ones_like(history[:, :1], tf.float32))

    def _scores(self, history: tf.Tensor) -> tf.Tensor:
        return tf.tile(self.item_counts[tf.newaxis], [tf.shape(history)[0], 1])


@BASELINES.register("popularity")
@dataclass(frozen=True, eq=False)
class Popularity(Baseline):
    """Scores every item by its training interactions, regardless of the history."""

    place = 10
    graph_class = PopularityGraph

    vocabulary: Vocabulary

    @classmethod
    def fit(cls, train: Histories, vocabulary: Vocabulary) -> Popularity:
        """Uses the vocabulary's counts, which are those of `train`."""
        return cls(vocabulary)

    @classmethod
    def from_split(cls, split: Split) -> Popularity:
        """Uses the counts of the training part."""
        return cls.fit(split.train, split.vocabulary)

    def scores(self, histories: Histories) -> np.ndarray:
        """Scores the whole catalogue: [H, vocabulary.size] float32."""
        return np.tile(self.vocabulary.item_counts.astype(np.float32), (len(histories), 1))

    def graph(self) -> PopularityGraph:
        """Returns a TensorFlow graph that computes the same scores."""
        return PopularityGraph(self.vocabulary.item_counts)
