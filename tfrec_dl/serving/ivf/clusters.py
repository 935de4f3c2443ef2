"""k-means over item vectors in bounded memory: fits centers on a sample, then assigns every item to the nearest.

Uses Lloyd's algorithm in blocks of matrix products. Vectors are used unchanged, with the bias as one more component.
Items with a large norm or bias, which queries find most, are far apart and get small lists. The many rare items near 0
get large lists, which few queries read. With vectors of length 1, or with an extra component that turns inner products
into distances, a search needs four to ten times as many items for the same recall.
"""

import logging

import numpy as np

SAMPLE = 32  # sampled vectors per center
ROUNDS = 8
ROWS = 16_384  # vectors compared with the centers at once
SPLIT_ROUNDS = 4
LARGE = 10_000_000  # distances in a round above which progress is logged
LARGEST = 4  # maximum list size, in multiples of the mean; larger lists are split

logger = logging.getLogger(__name__)


def clustered(vectors: np.ndarray, lists: int, seed: int = 0) -> np.ndarray:
    """Assigns each vector to a list of nearby vectors.

    Args:
        vectors: [N, D] float32.
        lists: requested number of lists. The result has a few more, because large lists are split, and no empty ones.
        seed: seed for the sample and the first centers.

    Returns:
        [N] int64 labels; every number from 0 to the number of lists - 1 occurs.
    """
    generator = np.random.default_rng(seed)
    lists = min(lists, len(vectors))
    sample = vectors
    if len(vectors) > SAMPLE * lists:
        sample = vectors[np.sort(generator.choice(len(vectors), SAMPLE * lists, replace=False))]
    logger.info("index: %s lists of %s items", f"{lists:,}", f"{len(vectors):,}")
    centres = _centres(sample, lists, ROUNDS, generator)
    labels = nearest(vectors, centres)
    largest = LARGEST * -(-len(vectors) // lists)
    return np.unique(_split(vectors, labels, largest, generator), return_inverse=True)[1].reshape(-1)


def nearest(vectors: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Returns the nearest center [C, D] of each vector [N, D]: [N] int64; ties go to the first."""
    halves = np.einsum("cd,cd->c", centres, centres) / 2
    found = np.empty(len(vectors), np.int64)
    for start in range(0, len(vectors), ROWS):
        found[start : start + ROWS] = np.argmax(vectors[start : start + ROWS] @ centres.T - halves, axis=1)
    return found


def means(vectors: np.ndarray, labels: np.ndarray, lists: int) -> np.ndarray:
    """Returns the mean vector of each list: [lists, D] float32, zeros for empty lists."""
    counts = np.bincount(labels, minlength=lists)
    filled = np.flatnonzero(counts)
    starts = (np.cumsum(counts) - counts)[filled]
    found = np.zeros((lists, vectors.shape[1]), np.float32)
    ordered = vectors[np.argsort(labels, kind="stable")]
    found[filled] = np.add.reduceat(ordered, starts, axis=0) / counts[filled, None]
    return found


def _centres(sample: np.ndarray, lists: int, rounds: int, generator: np.random.Generator) -> np.ndarray:
    centres = sample[generator.choice(len(sample), lists, replace=False)]
    for turn in range(rounds):
        labels = nearest(sample, centres)
        filled = np.bincount(labels, minlength=lists) > 0
        centres = means(sample, labels, lists)
        centres[~filled] = sample[generator.choice(len(sample), int((~filled).sum()))]
        if len(sample) * lists > LARGE:
            logger.info("index: k-means, round %d of %d", turn + 1, rounds)
    return centres


def _split(vectors: np.ndarray, labels: np.ndarray, largest: int, generator: np.random.Generator) -> np.ndarray:
    """Splits lists of more than `largest` vectors by k-means where that separates them, otherwise arbitrarily."""
    labels = labels.copy()
    waiting = np.flatnonzero(np.bincount(labels) > largest).tolist()
    free = labels.max() + 1
    order = np.argsort(labels, kind="stable")
    starts = np.searchsorted(labels[order], waiting)
    members = [order[start : start + size] for start, size in zip(starts, np.bincount(labels)[waiting], strict=True)]
    while members:
        rows = members.pop()
        parts = min(-(-2 * len(rows) // largest), 64)
        inside = vectors[rows]
        found = nearest(inside, _centres(_some(inside, SAMPLE * parts, generator), parts, SPLIT_ROUNDS, generator))
        if np.bincount(found).max() > 0.9 * len(rows):  # the vectors are almost identical
            found = np.arange(len(rows)) * parts // len(rows)
        for part in range(parts):
            of_part = rows[found == part]
            if len(of_part) > largest:
                members.append(of_part)
            labels[of_part] = free
            free += 1
    return labels


def _some(vectors: np.ndarray, count: int, generator: np.random.Generator) -> np.ndarray:
    return vectors if len(vectors) <= count else vectors[generator.choice(len(vectors), count, replace=False)]
