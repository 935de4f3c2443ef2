"""The population stability index, and what it is by chance."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from tfrec_dl.data.profile.bin_counts import BinCounts

RARE = 0.001  # chance that the index is above the bound where nothing has changed
SMOOTHING = 0.5  # draws added to each bin, so that one which was empty makes no infinite index


@dataclass(frozen=True)
class Stability:
    """How far two samples are apart.

    Attributes:
        index: the population stability index, the sum over bins of (p - q) ln(p / q).
        expected: what it is in the mean where both are samples of the same.
        bound: what it is above then with a chance of `RARE`.
    """

    index: float
    expected: float
    bound: float

    @property
    def beyond_chance(self) -> bool:
        """Whether chance does not explain it."""
        return self.index > self.bound


def stability(before: BinCounts, now: BinCounts) -> Stability:
    """The population stability index of two samples of the same bins; bins that are empty in both are left out.

    Where nothing has changed it is distributed as (1 / n + 1 / m) times chi-square with a degree of freedom less than
    bins (Yurdakul, Statistical Properties of Population Stability Index, Western Michigan University, 2018), n and m
    being the independent draws that the samples are worth. So small samples have a large index by themselves.

    Args:
        before: one sample, not empty.
        now: the other, not empty.
    """
    counts = np.array([_draws(before), _draws(now)])
    counts = counts[:, counts.any(axis=0)] + SMOOTHING
    p, q = counts / counts.sum(axis=1, keepdims=True)
    freedom, noise = len(p) - 1, 1 / max(1.0, before.effective) + 1 / max(1.0, now.effective)
    bound = stats.chi2.ppf(1 - RARE, freedom) if freedom else 0.0
    return Stability(float(((p - q) * np.log(p / q)).sum()), freedom * noise, float(bound * noise))


def _draws(sample: BinCounts) -> np.ndarray:
    """The sample as so many independent draws as it is worth."""
    return np.array(sample.counts) * (sample.effective / max(1.0, sample.total))
