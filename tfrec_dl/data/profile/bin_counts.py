"""Counts interactions by bin, and the number of independent draws they are equivalent to."""

from typing import Annotated

import numpy as np
from pydantic import Field
from pydantic.dataclasses import dataclass

Count = Annotated[float, Field(ge=0, allow_inf_nan=False)]


@dataclass(frozen=True)
class BinCounts:
    """Interactions, or users, by bin.

    Attributes:
        counts: number in each bin.
        effective: number of independent draws with the same information on the shares; at most the sum of the counts.
    """

    counts: tuple[Count, ...]
    effective: Count

    @property
    def total(self) -> float:
        """Sum over all bins."""
        return float(sum(self.counts))

    def share(self, of: int) -> float:
        """Share of a bin."""
        return self.counts[of] / self.total


class BinCounter:
    """Adds up the interactions of users by bin, some users at a time.

    Interactions of one user are alike, so they carry less information than the same number of independent ones. The
    first-order correction of Rao and Scott (The Analysis of Categorical Data from Complex Sample Surveys, Journal of
    the American Statistical Association, 1981) measures by how much: the mean design effect of the bins, with users as
    clusters.

    Args:
        bins: number of bins.
    """

    def __init__(self, bins: int) -> None:
        self._users = 0
        self._counts, self._squares, self._products = np.zeros((3, bins))
        self._square_totals = 0.0

    def add(self, counts: np.ndarray) -> None:
        """Adds users.

        Args:
            counts: [U, bins] interactions of each user by bin; users without any are ignored.
        """
        totals = counts.sum(axis=1, dtype=np.float64)
        self._users += int(np.count_nonzero(totals))
        self._counts += counts.sum(axis=0)
        self._squares += np.square(counts, dtype=np.float64).sum(axis=0)
        self._products += totals @ counts
        self._square_totals += float(totals @ totals)

    def found(self) -> BinCounts:
        """Returns the total of everything added."""
        counts = tuple(self._counts.tolist())
        total = self._counts.sum()
        if self._users < 2:
            return BinCounts(counts, float(self._users))
        kept = self._counts > 0
        shares = self._counts[kept] / total
        squares = self._squares[kept] - 2 * shares * self._products[kept] + shares**2 * self._square_totals
        variances = np.maximum(squares, 0) / total**2 * self._users / (self._users - 1)
        effect = total * (variances / shares).sum() / max(1, len(shares) - 1)
        return BinCounts(counts, float(total / max(1.0, effect)))


def counts_of_rows(rows: np.ndarray, bins: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Counts how often each pair of a row and a bin occurs in two arrays of the same length, [rows, bins] int64."""
    return np.bincount(rows * shape[1] + bins, minlength=shape[0] * shape[1]).reshape(shape)
