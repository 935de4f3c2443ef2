"""ItemKNN: recommends items similar to those in the history."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from implicit.nearest_neighbours import CosineRecommender
from implicit.utils import ParameterWarning
from scipy import sparse

from tfrec_dl.baselines.baseline import BASELINES, Baseline
from tfrec_dl.baselines.graph import BaselineGraph, SparseRows, distinct_items
from tfrec_dl.baselines.matrix import binary_matrix, popular_for_new_users
from tfrec_dl.data.histories import Histories
from tfrec_dl.data.splits.split import Split
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.serving.ivf.asked import Asked


class ItemKNNGraph(BaselineGraph):
    """`ItemKNN` inside a TensorFlow graph.

    Args:
        item_counts: [size] training interactions by index.
        **similarity: arguments of `SparseRows`.
    """

    def __init__(self, item_counts: np.ndarray, **similarity: np.ndarray) -> None:
        super().__init__(item_counts)
        self.similarity = SparseRows(**similarity)

    def arrays(self) -> dict[str, np.ndarray]:
        """Returns the similarities."""
        return self.similarity.arrays()

    @property
    def factors(self) -> tf.Tensor:
        """Returns vectors without components, because an item similar to none of the history scores 0."""
        return tf.zeros([self.size, 0])

    def asked(self, history: tf.Tensor) -> Asked:
        """Returns the similarities of the items that are similar to any in the history."""
        return Asked(tf.zeros([tf.shape(history)[0], 0]), self.similarity.votes(*self._voting(history)))

    def _scores(self, history: tf.Tensor) -> tf.Tensor:
        return self.similarity.weighted_sum(*self._voting(history))

    def _voting(self, history: tf.Tensor) -> tuple[tf.Tensor, ...]:
        """Returns the distinct items, a weight of 1 each, their rows, and the number of rows."""
        items, rows = distinct_items(history)
        return items, tf.ones_like(items, tf.float32), rows, tf.shape(history)[0]


@BASELINES.register("item_knn")
@dataclass(frozen=True, eq=False)
class ItemKNN(Baseline):
    """Scores an item by its cosine similarity to the items of the history (Sarwar et al., 2001), using `implicit`.

    Attributes:
        similarity: [size, size] float64 CSR, the nearest neighbors of each item.
        vocabulary: the items.
    """

    place = 30
    graph_class = ItemKNNGraph

    similarity: sparse.csr_matrix
    vocabulary: Vocabulary

    @classmethod
    def fit(cls, train: Histories, vocabulary: Vocabulary, k: int = 100) -> ItemKNN:
        """Finds the `k` nearest neighbors of each item by the cosine of their sets of users."""
        recommender = CosineRecommender(K=k)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ParameterWarning)  # about a sparse format that implicit itself chose
            recommender.fit(binary_matrix(train, vocabulary.size).astype(np.float64), show_progress=False)
        return cls(recommender.similarity, vocabulary)

    @classmethod
    def from_split(cls, split: Split) -> ItemKNN:
        """Compares the items on the training part."""
        return cls.fit(split.train, split.vocabulary)

    def scores(self, histories: Histories) -> np.ndarray:
        """Scores the whole catalogue: [H, vocabulary.size] float32; new users get the popular items."""
        summed = (binary_matrix(histories, self.vocabulary.size) @ self.similarity).astype(np.float32).toarray()
        return popular_for_new_users(summed, histories, self.vocabulary)

    def graph(self) -> ItemKNNGraph:
        """Returns a TensorFlow graph that computes the same scores."""
        return ItemKNNGraph(self.vocabulary.item_counts, **SparseRows.arrays_of(self.similarity))
