"""Mixes items that a network has learned little about from the items near them in histories."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from tfrec_dl.baselines.transition_counts import both_ways, count_transitions
from tfrec_dl.data.histories import Histories

WINDOW, SKIP = 8, 0.8  # same as in the default transition counts


def neighbours(train: Histories, settled: np.ndarray) -> sparse.csr_matrix:
    """Computes weights for mixing items from settled ones.

    Args:
        train: histories, encoded with the new vocabulary.
        settled: [size] bool, indices with learned rows, padding and unknown included.

    Returns:
        [size, size]; rows of items that are not settled sum to 1, or are empty if none of their neighbors is settled.
        All other rows are empty.
    """
    size = len(settled)
    counts = both_ways(count_transitions(train, size, WINDOW, SKIP), 1.0)
    counts = sparse.diags((~settled).astype(np.float64)) @ counts @ sparse.diags(settled.astype(np.float64))
    sums = np.asarray(counts.sum(axis=1)).ravel()
    return sparse.csr_matrix(sparse.diags(np.divide(1.0, sums, out=np.zeros(size), where=sums > 0)) @ counts)


def put_between(rows: np.ndarray, weights: sparse.csr_matrix, chosen: np.ndarray) -> np.ndarray:
    """Mixes chosen rows from other rows, if they have any to be mixed from.

    The direction is that of the mean, and the length is the mean length. A plain mean of vectors in many directions
    would be almost zero.

    Args:
        rows: [size, D].
        weights: [size, size], the result of `neighbours`.
        chosen: [size] bool rows to replace.

    Returns:
        [size, D] of the rows' dtype.
    """
    chosen = chosen & (np.diff(weights.indptr) > 0)
    mixed, placed = weights[chosen], rows.copy()
    means = mixed @ rows
    own = np.linalg.norm(means, axis=1, keepdims=True)
    lengths = mixed @ np.linalg.norm(rows, axis=1, keepdims=True)
    placed[chosen] = means * np.divide(lengths, own, out=np.ones_like(lengths), where=own > 0)
    return placed
