"""Off-policy evaluation: estimates the click rate of a new policy from the log of an old one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.intervals import CONFIDENCE
from tfrec_dl.ranking.metrics.checks import codes, finite, probabilities, same_length


@dataclass(frozen=True, eq=False)
class LoggedFeedback:
    """Rows of a log, with the probabilities of showing each under the old and the new policy, and the outcome.

    For a ranked list, a row is an item at a position, its propensity is the probability that the policy puts this item
    at this position, and the estimates are click rates per row. This is valid if a click depends only on the item and
    its position, not on its neighbors (the item-position model of Li et al., KDD 2018).

    Attributes:
        rewards: [n], 1 for a click and 0 for none, or any other numeric reward.
        propensities: [n], probability that the logging policy showed the row, in (0, 1].
        new_propensities: [n], probability that the new policy would show the row, in [0, 1]; 0 or 1 for a deterministic
            policy.
        lists: [n] ids of rows shown together; None if rows are independent. Intervals treat lists as independent.
        clip: maximum weight; larger weights are cut to it, which makes the estimates more stable but biases those of
            IPS and DR. None for no limit.

    Raises:
        InputError: if there are fewer than two independent rows (or lists), the numbers of rows differ, values are
            outside these ranges, or the clip is not positive.
    """

    rewards: np.ndarray
    propensities: np.ndarray
    new_propensities: np.ndarray
    lists: np.ndarray | None = None
    clip: float | None = None

    def __post_init__(self) -> None:
        rewards = finite(self.rewards, "rewards")
        propensities = probabilities(self.propensities, "propensities", "log the probability of what was shown")
        new = probabilities(self.new_propensities, "new_propensities", "pass probabilities of what was shown")
        same_length(rewards=rewards, propensities=propensities, new_propensities=new)
        never = np.flatnonzero(propensities == 0.0)
        if len(never):
            raise InputError(
                f"propensities: {len(never)} of {len(propensities)} are 0, the first in row {never[0]}: what was "
                "shown had a probability above 0, so log that probability, or leave such rows out"
            )
        if self.clip is not None and not self.clip > 0.0:
            raise InputError(f"clip is {self.clip}: use a weight above 0, or None for no limit")
        for name, column in (("rewards", rewards), ("propensities", propensities), ("new_propensities", new)):
            object.__setattr__(self, name, column)
        same_length(rewards=rewards, lists=self.units)
        if self.units.max() < 1:
            raise InputError("1 independent row (or list) has no interval: give at least 2")

    def __len__(self) -> int:
        """Returns the number of rows."""
        return len(self.rewards)

    @cached_property
    def units(self) -> np.ndarray:
        """[n] int64, independent unit of each row: its list, or the row itself."""
        return np.arange(len(self.rewards)) if self.lists is None else codes(self.lists, "lists")

    @property
    def unclipped(self) -> np.ndarray:
        """[n] float64, probability ratio of each row between the new policy and the logging policy."""
        likelier: np.ndarray = self.new_propensities / self.propensities
        return likelier

    @property
    def weights(self) -> np.ndarray:
        """[n] float64, `unclipped` cut to `clip`."""
        return self.unclipped if self.clip is None else np.minimum(self.unclipped, self.clip)


@dataclass(frozen=True)
class OffPolicyEstimate:
    """Estimated reward per row of a new policy, and how much of the log supports the estimate.

    Attributes:
        value: the estimate.
        low: lower end of its 95 % interval.
        high: upper end.
        effective_sample_size: number of rows (or lists), shown by the new policy itself, that would be equally
            informative: Kish's square of the sum over the sum of squares of the weights. The intervals are valid from
            about a hundred on.
        largest_weight: largest weight after clipping. If one row has a large share of all weights, it dominates the
            estimate.
        mean_weight: mean weight before clipping. It is near 1 if the propensities are correct and the logging policy
            could show everything that the new one shows. If it is well below 1, the log has no data on part of the new
            policy.
        clipped: share of rows whose weight was cut.
    """

    value: float
    low: float
    high: float
    effective_sample_size: float
    largest_weight: float
    mean_weight: float
    clipped: float


def inverse_propensity(log: LoggedFeedback) -> OffPolicyEstimate:
    """IPS: the mean of weight times reward. Unbiased without clipping, but noisy if weights are large.

    Source: Horvitz and Thompson, 1952.
    """
    earned = log.weights * log.rewards
    value = float(earned.mean())
    return _estimate(log, value, earned - value)


def self_normalised(log: LoggedFeedback) -> OffPolicyEstimate:
    """SNIPS: the weighted mean reward. More stable than IPS, within the range of rewards, with a bias of order 1 / n.

    Source: Swaminathan and Joachims, The Self-Normalized Estimator for Counterfactual Learning, NeurIPS 2015.

    Raises:
        InputError: if all weights are 0.
    """
    weights = log.weights
    if not weights.any():
        raise InputError(
            f"the new policy would show none of the {len(log)} logged rows (every weight is 0): the log holds nothing "
            "about it"
        )
    value = float(np.average(log.rewards, weights=weights))
    return _estimate(log, value, weights * (log.rewards - value) / weights.mean())


def doubly_robust(log: LoggedFeedback, predicted: ArrayLike, expected: ArrayLike) -> OffPolicyEstimate:
    """DR: the reward predicted by a model, plus the weighted mean of its errors on the logged rows.

    The estimate is correct if the propensities or the model are; a better model gives a shorter interval. The interval
    treats the model as fixed, so train the model on other rows. Source: Dudik, Langford and Li, Doubly Robust Policy
    Evaluation and Learning, ICML 2011.

    Args:
        log: rewards and propensities.
        predicted: [n], the model's reward for the logged action.
        expected: [n], its expected reward under the new policy: the sum over all actions of the new propensity times
            the model's reward.

    Raises:
        InputError: if numbers are not finite, or the numbers of rows differ.
    """
    predicted, expected = finite(predicted, "predicted"), finite(expected, "expected")
    same_length(rewards=log.rewards, predicted=predicted, expected=expected)
    earned = expected + log.weights * (log.rewards - predicted)
    value = float(earned.mean())
    return _estimate(log, value, earned - value)


def _estimate(log: LoggedFeedback, value: float, influence: np.ndarray) -> OffPolicyEstimate:
    """Computes the interval from each row's influence on the estimate [n], which has mean 0."""
    unclipped, weights = log.unclipped, log.weights
    sums = np.bincount(log.units, weights=weights)
    size = float(sums.sum() ** 2 / (sums @ sums)) if sums.any() else 0.0
    low, high = _skewed_interval(np.bincount(log.units, weights=influence), size)
    units_a_row = len(sums) / len(log)
    return OffPolicyEstimate(
        value=value,
        low=value - high * units_a_row,
        high=value - low * units_a_row,
        effective_sample_size=size,
        largest_weight=float(weights.max()),
        mean_weight=float(unclipped.mean()),
        clipped=float(np.mean(unclipped > weights)),
    )


def _skewed_interval(influence: np.ndarray, size: float) -> tuple[float, float]:
    """Returns an interval for the mean influence of units if the true mean is 0.

    A few large weights skew the mean to the right, and the truth is then above a plain normal interval several times as
    often as below it. Hall's cubic transformation (On the Removal of Skewness by Transformation, JRSS B, 1992) removes
    the skewness in closed form. On synthetic logs, it came closer to 95 % than the normal interval, and in hard cases
    closer than percentile and studentized bootstraps, which cost a thousand passes. Student's t with the effective
    sample size accounts for the uncertain variance.
    """
    units = len(influence)
    deviation = float(influence.std(ddof=1))
    if deviation == 0.0:
        return 0.0, 0.0
    limit = float(stats.t.ppf(0.5 + CONFIDENCE / 2.0, max(size - 1.0, 1.0)))
    skewness = float(np.mean((influence / deviation) ** 3) / np.sqrt(units))
    low, high = (_untransformed(bound, skewness) * deviation / np.sqrt(units) for bound in (-limit, limit))
    return float(low), float(high)


def _untransformed(bound: float, skewness: float) -> float:
    """Inverts the transform: returns t with ((1 + s t / 3)^3 - 1) / s + s / 6 = `bound`, s the skewness of the mean."""
    if abs(skewness) < 1e-9:
        return bound
    return float(3.0 / skewness * (np.cbrt(1.0 + skewness * (bound - skewness / 6.0)) - 1.0))
