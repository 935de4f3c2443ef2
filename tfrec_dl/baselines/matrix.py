"""Histories as the user-item matrix that classical recommenders work on."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from tfrec_dl.data.histories import Histories
from tfrec_dl.data.vocabulary import FIRST_ITEM, Vocabulary


def binary_matrix(histories: Histories, size: int) -> sparse.csr_matrix:
    """[H, size] float32 with a 1 for each item in the history, even if it occurs repeatedly."""
    rows = np.repeat(np.arange(len(histories)), histories.lengths)
    known = histories.items >= FIRST_ITEM
    ones = np.ones(np.count_nonzero(known), dtype=np.float32)
    matrix = sparse.csr_matrix((ones, (rows[known], histories.items[known])), shape=(len(histories), size))
    matrix.sum_duplicates()
    matrix.data[:] = 1.0
    return matrix


def popular_for_new_users(scores: np.ndarray, histories: Histories, vocabulary: Vocabulary) -> np.ndarray:
    """Gives histories without items the training counts as scores, in place; such histories have no co-occurrences."""
    scores[histories.lengths == 0] = vocabulary.item_counts
    return scores
