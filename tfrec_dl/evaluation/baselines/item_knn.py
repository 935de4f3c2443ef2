"""ItemKNN: items like those of the history."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from implicit.nearest_neighbours import CosineRecommender
from implicit.utils import ParameterWarning
from scipy import sparse

from tfrec_dl.data.histories import Histories
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.evaluation.baselines.matrix import binary_matrix, popular_for_newcomers


@dataclass(frozen=True, eq=False)
class ItemKNN:
    """Scores an item by its cosine similarity to the items of the history (Sarwar et al., 2001), from `implicit`.

    Attributes:
        similarity: [size, size] float64 CSR, the nearest neighbours of each item.
        vocabulary: the items.
    """

    similarity: sparse.csr_matrix
    vocabulary: Vocabulary

    @classmethod
    def fit(cls, train: Histories, vocabulary: Vocabulary, k: int = 100) -> ItemKNN:
        """Finds the `k` nearest neighbours of each item by the cosine of their sets of users."""
        recommender = CosineRecommender(K=k)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ParameterWarning)  # of a sparse format that implicit itself chose
            recommender.fit(binary_matrix(train, vocabulary.size).astype(np.float64), show_progress=False)
        return cls(recommender.similarity, vocabulary)

    def scores(self, histories: Histories) -> np.ndarray:
        """Scores the whole catalogue: [H, vocabulary.size] float32; newcomers get the popular items."""
        summed = (binary_matrix(histories, self.vocabulary.size) @ self.similarity).astype(np.float32).toarray()
        return popular_for_newcomers(summed, histories, self.vocabulary)
