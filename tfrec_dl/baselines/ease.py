"""EASE: a linear item-item model in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import tensorflow as tf
from scipy.linalg.lapack import dpotrf, dpotri

from tfrec_dl.baselines.baseline import BASELINES, Baseline
from tfrec_dl.baselines.graph import BaselineGraph, distinct_items, frozen
from tfrec_dl.baselines.matrix import binary_matrix, popular_for_new_users
from tfrec_dl.data.histories import Histories
from tfrec_dl.data.splits.split import Split
from tfrec_dl.data.vocabulary import FIRST_ITEM, Vocabulary
from tfrec_dl.errors import InputError

MAX_ITEMS = 20_000  # inversion takes cubic time and items^2 x 16 bytes: here two minutes and about 7 GB


class EASEGraph(BaselineGraph):
    """`EASE` inside a TensorFlow graph: a sum of the rows of B for the history's items.

    Args:
        item_counts: [size] training interactions by index.
        weights: [size, size] matrix B.
    """

    def __init__(self, item_counts: np.ndarray, weights: np.ndarray) -> None:
        super().__init__(item_counts)
        self.weights = frozen(weights)

    def arrays(self) -> dict[str, np.ndarray]:
        """Returns the matrix."""
        return {"weights": self.weights.numpy()}

    def _scores(self, history: tf.Tensor) -> tf.Tensor:
        items, rows = distinct_items(history)
        return tf.sparse.segment_sum(self.weights, items, rows, num_segments=tf.shape(history)[0])


@BASELINES.register("ease")
@dataclass(frozen=True, eq=False)
class EASE(Baseline):
    """Embarrassingly shallow autoencoder (Steck, WWW 2019): scores = history · B, where B's diagonal is zero.

    Attributes:
        weights: [size, size] float32.
        vocabulary: the items.
    """

    place = 50
    graph_class = EASEGraph

    weights: np.ndarray
    vocabulary: Vocabulary

    @classmethod
    def fit(cls, train: Histories, vocabulary: Vocabulary, regularization: float = 500.0) -> EASE:
        """Solves for B (Steck's equation 8): P = (X'X + regularization · I)^-1, B = -P / diag(P), diag(B) = 0.

        Raises:
            InputError: if the catalogue has more than 20,000 items.
        """
        items = vocabulary.size - FIRST_ITEM
        if items > MAX_ITEMS:
            raise InputError(f"EASE inverts an items x items matrix, too large for {items:,} items: leave it out.")
        matrix = binary_matrix(train, vocabulary.size).astype(np.float64)
        gram = (matrix.T @ matrix).toarray(order="F")
        gram[np.diag_indices_from(gram)] += regularization
        inverse = _inverted(gram)
        diagonal = np.diag(inverse).copy()
        weights = np.triu(inverse.astype(np.float32))
        del gram, inverse
        weights += np.triu(weights, 1).T
        weights /= -diagonal.astype(np.float32)
        np.fill_diagonal(weights, 0.0)
        return cls(weights, vocabulary)

    @classmethod
    def from_split(cls, split: Split) -> EASE:
        """Solves for B on the training part."""
        return cls.fit(split.train, split.vocabulary)

    @classmethod
    def left_out(cls, split: Split) -> str | None:
        """Returns a reason if the catalogue is too large to invert."""
        items = split.vocabulary.size - FIRST_ITEM
        if items <= MAX_ITEMS:
            return None
        return f"EASE is left out: it inverts an items x items matrix, too large for {items:,} items."

    def scores(self, histories: Histories) -> np.ndarray:
        """Scores the whole catalogue: [H, vocabulary.size] float32; new users get the popular items."""
        scores: np.ndarray = binary_matrix(histories, self.vocabulary.size) @ self.weights
        return popular_for_new_users(scores, histories, self.vocabulary)

    def graph(self) -> EASEGraph:
        """Returns a TensorFlow graph that computes the same scores."""
        return EASEGraph(self.vocabulary.item_counts, self.weights)


def _inverted(matrix: np.ndarray) -> np.ndarray:
    """Inverts a symmetric positive definite matrix by Cholesky, in half the operations of `numpy.linalg.inv`.

    Args:
        matrix: [n, n] float64 in Fortran order. It is overwritten, to avoid holding a second matrix.

    Returns:
        [n, n] float64; only the upper triangle is valid.
    """
    factor, failed = dpotrf(matrix, lower=False, clean=False, overwrite_a=True)
    inverse, singular = dpotri(factor, lower=False, overwrite_c=True)
    if failed or singular:
        raise np.linalg.LinAlgError("the matrix is not positive definite.")
    return inverse
