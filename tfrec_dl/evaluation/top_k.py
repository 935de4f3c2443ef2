"""The two passes over a block of scores: counting what scores below a target, and picking the best k."""

from __future__ import annotations

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
    # A byte holds at most 255, so at most 255 words are added before their bytes are.
    partial = np.add.reduceat(words, np.arange(0, words.shape[1], 255), axis=1)
    return partial.view(np.uint8).sum(axis=1, dtype=np.int64)


def top_k_items(scores: np.ndarray, k: int) -> np.ndarray:
    """Picks the k best-scoring columns of each row.

    Args:
        scores: [B, V] float32; -inf marks what must not be recommended; NaN is not recommended either.
        k: at most V.

    Returns:
        [B, k] int32 columns, best first, equal scores by column; 0 where fewer than k can be recommended.
    """
    scores = np.where(np.isnan(scores), -np.inf, scores)
    best = np.argpartition(scores, scores.shape[1] - k, axis=1)[:, scores.shape[1] - k :]
    best = np.sort(best, axis=1)
    values = np.take_along_axis(scores, best, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    best, values = np.take_along_axis(best, order, axis=1), np.take_along_axis(values, order, axis=1)
    return np.where(values > -np.inf, best, 0).astype(np.int32)
