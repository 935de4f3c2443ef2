"""Weighted counts of which item follows which in histories."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from tfrec_dl.baselines.transition_settings import TransitionSettings
from tfrec_dl.data.histories import Histories
from tfrec_dl.data.vocabulary import FIRST_ITEM

# Popularity only breaks ties: all of it weighs less than a hundred-millionth of the weakest vote.
TIE_SHARE = 1e-8


def count_transitions(train: Histories, size: int, window: int, skip: float) -> sparse.csr_matrix:
    """Counts ordered pairs of items in the same history; pairs further apart count less.

    Args:
        train: histories.
        size: size of the vocabulary.
        window: largest distance that counts; neighbors are at distance 1.
        skip: a pair at distance d counts `skip ** (d - 1)`.

    Returns:
        [size, size] float64, from the earlier item (row) to the later one (column). Unknown items are not counted, but
        they keep their positions.
    """
    rows = np.repeat(np.arange(len(train)), train.lengths)
    total = sparse.csr_matrix((size, size))
    for distance in range(1, window + 1):
        earlier, later = train.items[:-distance], train.items[distance:]
        pairs = (rows[distance:] == rows[:-distance]) & (earlier >= FIRST_ITEM) & (later >= FIRST_ITEM)
        if not pairs.any():
            continue
        weights = np.full(np.count_nonzero(pairs), skip ** (distance - 1))
        found = sparse.csr_matrix((weights, (earlier[pairs], later[pairs])), shape=(size, size))
        total = total + found
    return sparse.csr_matrix(total)


def both_ways(counts: sparse.csr_matrix, back: float) -> sparse.csr_matrix:
    """Computes K + back K': a pair in reverse order counts `back` times as much as one in order."""
    return sparse.csr_matrix(counts + back * counts.T) if back else counts


def add_repeats(counts: sparse.csr_matrix, item_counts: np.ndarray, repeat: float) -> sparse.csr_matrix:
    """Computes K + repeat diag(c): every interaction counts as if the same item had followed it `repeat` times.

    Args:
        counts: K, [size, size].
        item_counts: [size] training interactions by index.
        repeat: number of times.
    """
    return sparse.csr_matrix(counts + sparse.diags(repeat * item_counts.astype(np.float64))) if repeat else counts


def scale_counts(counts: sparse.csr_matrix, item_counts: np.ndarray, source: float, target: float) -> sparse.csr_matrix:
    """Computes diag(c ** -source) K diag(c ** -target), where c are the items' interactions and K the counts.

    Args:
        counts: K, [size, size].
        item_counts: [size] training interactions by index.
        source: how strongly frequent items in the history are weighted down.
        target: how strongly frequent items are weighted down as recommendations.
    """
    frequency = np.maximum(item_counts, 1).astype(np.float64)
    lengths = np.diff(counts.indptr)
    scale = np.repeat(frequency**-source, lengths) * (frequency**-target)[counts.indices]
    return sparse.csr_matrix((counts.data * scale, counts.indices, counts.indptr), shape=counts.shape)


def scaled_transitions(
    counts: sparse.csr_matrix, item_counts: np.ndarray, settings: TransitionSettings
) -> sparse.csr_matrix:
    """Computes T: counts in both directions plus the settings' repeats, scaled; [size, size] float64.

    Args:
        counts: K + back K', made with the settings' `window`, `skip` and `back`.
        item_counts: [size] training interactions by index.
        settings: the remaining settings.
    """
    return scale_counts(
        add_repeats(counts, item_counts, settings.repeat), item_counts, settings.source, settings.target
    )


def tie_breakers(transitions: sparse.csr_matrix, item_counts: np.ndarray, settings: TransitionSettings) -> np.ndarray:
    """[size] score of every item without a vote: its popularity, far below the weakest vote."""
    weakest = transitions.data.min(initial=1.0) * settings.decay ** (settings.order - 1)
    return np.asarray(item_counts / max(1, item_counts.max()) * weakest * TIE_SHARE)


def last_votes(histories: Histories, size: int, decay: float, order: int) -> sparse.csr_matrix:
    """[H, size] weight `decay ** d` of the item d places before the end of each history, for the last `order` items."""
    distance = np.repeat(histories.offsets[1:], histories.lengths) - np.arange(len(histories.items)) - 1
    recent = distance < order
    rows = np.repeat(np.arange(len(histories)), histories.lengths)[recent]
    weights = decay ** distance[recent]
    return sparse.csr_matrix((weights, (rows, histories.items[recent])), shape=(len(histories), size))
