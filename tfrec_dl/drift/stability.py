"""The population stability index, and what chance alone makes of it."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from tfrec_dl.data.profile.bin_counts import BinCounts

RARE = 0.001  # chance that the index is above the bound if nothing has changed
SMOOTHING = 0.5  # draws added to each bin, so that an empty bin does not make the index infinite


@dataclass(frozen=True)
class Stability:
    """How far apart two samples are.

    Attributes:
        index: the population stability index, the sum over bins of (p - q) ln(p / q).
        expected: mean of the index if both samples come from the same distribution.
        bound: the value that the index then exceeds with probability `RARE`.
    """

    index: float
    expected: float
    bound: float

    @property
    def beyond_chance(self) -> bool:
        """Whether chance does not explain the index."""
        return self.index > self.bound


def stability(before: BinCounts, now: BinCounts) -> Stability:
    """Computes the population stability index of two samples over the same bins, without bins that are empty in both.

    If nothing has changed, the index is distributed as (1 / n + 1 / m) times chi-square with one degree of freedom
    fewer than bins (Yurdakul, Statistical Properties of Population Stability Index, Western Michigan University, 2018).
    n and m are the numbers of independent draws that the samples are worth. So small samples have a large index even if
    nothing has changed.

    Args:
        before: one sample, not empty.
        now: the other sample, not empty.
    """
    counts = np.array([_draws(before), _draws(now)])
    counts = counts[:, counts.any(axis=0)] + SMOOTHING
    p, q = counts / counts.sum(axis=1, keepdims=True)
    freedom, noise = len(p) - 1, 1 / max(1.0, before.effective) + 1 / max(1.0, now.effective)
    bound = stats.chi2.ppf(1 - RARE, freedom) if freedom else 0.0
    return Stability(float(((p - q) * np.log(p / q)).sum()), freedom * noise, float(bound * noise))


def _draws(sample: BinCounts) -> np.ndarray:
    """Scales a sample down to the number of independent draws that it is worth."""
    return np.array(sample.counts) * (sample.effective / max(1.0, sample.total))
