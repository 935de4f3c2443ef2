"""Counts the items that score below a target, and selects the best k of a block of scores."""

from __future__ import annotations

import math

import numpy as np


def count_below(scores: np.ndarray, rows: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Counts, for each threshold, the scores of its row that are below it; NaN is never below.

    Args:
        scores: [B, V] float32.
        rows: [T] row of each threshold, ascending.
        thresholds: [T] float32.

    Returns:
        [T] int64.
    """
    users, width = scores.shape
    counts = np.empty(len(rows), dtype=np.int64)
    # Comparison results lie in whole 64-bit words, so that eight of them are added at once.
    below = np.zeros((users, -(-width // 8) * 8), dtype=bool)
    for start in range(0, len(rows), users):
        chunk = rows[start : start + users]
        block = scores if np.array_equal(chunk, np.arange(users)) else scores[chunk]
        np.less(block, thresholds[start : start + users, None], out=below[: len(chunk), :width])
        counts[start : start + users] = _count_true(below[: len(chunk)])
    return counts


def _count_true(flags: np.ndarray) -> np.ndarray:
    words = flags.view(np.uint64)
    # A byte holds at most 255, so at most 255 words are summed before their bytes are.
    partial = np.add.reduceat(words, np.arange(0, words.shape[1], 255), axis=1)
    return partial.view(np.uint8).sum(axis=1, dtype=np.int64)


def top_k_items(scores: np.ndarray, k: int) -> np.ndarray:
    """Selects the k best-scoring columns of each row.

    The columns are divided into groups. The k groups with the highest maxima contain the k best scores, so only their
    columns are compared one by one. This costs one pass for the maxima, a fraction of partitioning the whole row.

    Args:
        scores: [B, V] float32; -inf marks what must not be recommended; NaN is not recommended either.
        k: at most V.

    Returns:
        [B, k] int32 columns, best first; 0 where fewer than k can be recommended. Of equal scores the lower column
        comes first; which equal scores are selected at the cutoff is not defined.
    """
    users, width = scores.shape
    size = max(1, math.isqrt(width // k))  # of a group: makes about as many groups as columns to compare in the end
    groups = width // size
    if groups <= k:
        columns = np.broadcast_to(np.arange(width), (users, width))
    else:
        # Group g has the columns g, g + groups, ..., so the maxima are taken between long contiguous vectors.
        maxima = scores[:, : groups * size].reshape(users, size, groups).max(axis=1)
        if np.isnan(maxima).any():
            scores = np.where(np.isnan(scores), -np.inf, scores)
            maxima = scores[:, : groups * size].reshape(users, size, groups).max(axis=1)
        best = _largest(maxima, k)
        grouped = (best[:, :, None] + groups * np.arange(size)).reshape(users, -1)
        rest = np.broadcast_to(np.arange(groups * size, width), (users, width - groups * size))
        columns = np.concatenate([grouped, rest], axis=1)
    values = np.take_along_axis(scores, columns, axis=1)
    values[np.isnan(values)] = -np.inf
    chosen = _largest(values, k)
    columns, values = np.take_along_axis(columns, chosen, axis=1), np.take_along_axis(values, chosen, axis=1)
    order = np.lexsort((columns, -values), axis=1)
    columns, values = np.take_along_axis(columns, order, axis=1), np.take_along_axis(values, order, axis=1)
    return np.where(values > -np.inf, columns, 0).astype(np.int32)


def _largest(values: np.ndarray, k: int) -> np.ndarray:
    """[B, V] -> [B, k] positions of the k largest values of each row, in no particular order."""
    first = values.shape[1] - k
    return np.argpartition(values, first, axis=1)[:, first:]
