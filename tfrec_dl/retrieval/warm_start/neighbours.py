"""What items that a network has learnt little of are mixed from: the items near them in histories."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from tfrec_dl.baselines.transition_counts import both_ways, count_transitions
from tfrec_dl.data.histories import Histories

WINDOW, SKIP = 8, 0.8  # as the default transitions count


def neighbours(train: Histories, settled: np.ndarray) -> sparse.csr_matrix:
    """Weights by which items are mixed from settled ones.

    Args:
        train: histories, numbered by the new vocabulary.
        settled: [size] bool, which indices have learnt rows, padding and unknown included.

    Returns:
        [size, size]: rows of the other items sum to 1, or are empty where none of their neighbours is settled; all
        others are empty.
    """
    size = len(settled)
    counts = both_ways(count_transitions(train, size, WINDOW, SKIP), 1.0)
    counts = sparse.diags((~settled).astype(np.float64)) @ counts @ sparse.diags(settled.astype(np.float64))
    sums = np.asarray(counts.sum(axis=1)).ravel()
    return sparse.csr_matrix(sparse.diags(np.divide(1.0, sums, out=np.zeros(size), where=sums > 0)) @ counts)


def put_between(rows: np.ndarray, weights: sparse.csr_matrix, chosen: np.ndarray) -> np.ndarray:
    """Rows in which chosen ones are mixed from others, where these have any to be mixed from.

    Means point the way, stretched to the mean of the lengths: what points to all sides would else be nearly nothing.

    Args:
        rows: [size, D].
        weights: [size, size], of `neighbours`.
        chosen: [size] bool.

    Returns:
        [size, D], of the rows' dtype.
    """
    chosen = chosen & (np.diff(weights.indptr) > 0)
    mixed, placed = weights[chosen], rows.copy()
    means = mixed @ rows
    own = np.linalg.norm(means, axis=1, keepdims=True)
    lengths = mixed @ np.linalg.norm(rows, axis=1, keepdims=True)
    placed[chosen] = means * np.divide(lengths, own, out=np.ones_like(lengths), where=own > 0)
    return placed
