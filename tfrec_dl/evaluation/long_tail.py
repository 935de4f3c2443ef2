"""Measures how recommendations are spread over the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tfrec_dl.data.vocabulary import FIRST_ITEM

SHARES = (0.0, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
HEAD = 0.1  # share of the catalogue that counts as most popular


@dataclass(frozen=True, eq=False)
class Concentration:
    """How strongly something concentrates on the most popular items.

    Attributes:
        shares: [S] float64 shares of the catalogue, most popular first, from 0 to 1.
        covered: [S] float64 share of the total that falls on each of these shares.
        gini: 0 if all items have equally much, close to 1 if few items have everything.
        distinct: number of items with a count above 0.
    """

    shares: np.ndarray
    covered: np.ndarray
    gini: float
    distinct: int

    @property
    def head(self) -> float:
        """Share of the total that falls on the most popular tenth of the catalogue."""
        return float(np.interp(HEAD, self.shares, self.covered))


def concentration(counts: np.ndarray, popularity: np.ndarray) -> Concentration:
    """Measures how counts concentrate on popular items.

    Args:
        counts: [vocabulary.size] recommendations of, or interactions with, each item; indices 0 and 1 are ignored.
        popularity: [vocabulary.size] training interactions of each item.
    """
    counts = np.asarray(counts[FIRST_ITEM:], dtype=np.float64)
    ordered = counts[np.argsort(-popularity[FIRST_ITEM:], kind="stable")]
    total = max(1.0, float(ordered.sum()))
    sums = np.concatenate([[0.0], np.cumsum(ordered)]) / total
    shares = np.array(SHARES)
    covered = np.interp(shares * len(ordered), np.arange(len(sums)), sums)
    rising = np.sort(counts)
    n = len(rising)
    gini = float((2.0 * np.arange(1, n + 1) - n - 1) @ rising / (n * total)) if n else 0.0
    return Concentration(shares, covered, gini, int(np.count_nonzero(counts)))
