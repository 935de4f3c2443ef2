"""Where items that a network has not met begin: between those that stand near them in histories."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from tfrec_dl.baselines.transition_counts import both_ways, count_transitions
from tfrec_dl.data.histories import Histories

WINDOW, SKIP = 8, 0.8  # as the default transitions count


def neighbours(train: Histories, known: np.ndarray) -> sparse.csr_matrix:
    """Weights by which new items are mixed from known ones.

    Args:
        train: histories, numbered by the new vocabulary.
        known: [size] bool, which indices are known, padding and unknown included.

    Returns:
        [size, size]: rows of new items sum to 1, or are empty where none of their neighbours is known; all others are
        empty.
    """
    size = len(known)
    counts = both_ways(count_transitions(train, size, WINDOW, SKIP), 1.0)
    counts = sparse.diags((~known).astype(np.float64)) @ counts @ sparse.diags(known.astype(np.float64))
    sums = np.asarray(counts.sum(axis=1)).ravel()
    return sparse.csr_matrix(sparse.diags(np.divide(1.0, sums, out=np.zeros(size), where=sums > 0)) @ counts)


def mean_directions(weights: sparse.csr_matrix, vectors: np.ndarray) -> np.ndarray:
    """Means of vectors, stretched to the mean of their lengths: what points to all sides would else be nearly nothing.

    Args:
        weights: [M, N], rows that sum to 1.
        vectors: [N, D].

    Returns:
        [M, D], of the vectors' dtype.
    """
    means = weights @ vectors
    own = np.linalg.norm(means, axis=1, keepdims=True)
    lengths = weights @ np.linalg.norm(vectors, axis=1, keepdims=True)
    stretched = means * np.divide(lengths, own, out=np.ones_like(lengths), where=own > 0)
    return stretched.astype(vectors.dtype)
