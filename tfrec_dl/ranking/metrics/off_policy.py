"""Off-policy evaluation: the click rate of a new policy, estimated from the log of an old one."""

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
    """Rows of a log: what was shown, how likely that was, how likely a new policy would have shown it, what came of it.

    For a ranked list a row is an item at a position, its propensity the probability that the policy puts this item at
    this position, and the estimates are click rates a row. That holds where a click depends on the item and its
    position alone, not on its neighbours (the item-position model of Li et al., KDD 2018).

    Attributes:
        rewards: [n], 1 for a click and 0 for none, or any other number that is to be earned.
        propensities: [n], probability with which the logging policy showed what it showed, in (0, 1].
        new_propensities: [n], probability with which the new policy would show the same, in [0, 1]. Of a policy without
            chance it is 0 or 1.
        lists: [n] ids of rows shown together; None where rows are independent. Intervals take lists as independent.
        clip: the largest weight; larger ones are cut to it, which makes the estimates steadier and biases those of IPS
            and DR. None for no limit.

    Raises:
        InputError: for fewer than two independent rows (or lists), different numbers of rows, values outside these
            ranges, or a clip that is not positive.
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
                f"propensities: {len(never)} of {len(propensities)} are 0, the first in row {never[0]}: what was shown "
                "had a chance, so log that probability, or leave such rows out"
            )
        if self.clip is not None and not self.clip > 0.0:
            raise InputError(f"clip is {self.clip}: use a weight above 0, or None for no limit")
        for name, column in (("rewards", rewards), ("propensities", propensities), ("new_propensities", new)):
            object.__setattr__(self, name, column)
        same_length(rewards=rewards, lists=self.units)
        if self.units.max() < 1:
            raise InputError("1 independent row (or list) has no interval: give at least 2")

    def __len__(self) -> int:
        """The number of rows."""
        return len(self.rewards)

    @cached_property
    def units(self) -> np.ndarray:
        """[n] int64, which independent unit each row belongs to: its list, or itself."""
        return np.arange(len(self.rewards)) if self.lists is None else codes(self.lists, "lists")

    @property
    def unclipped(self) -> np.ndarray:
        """[n] float64, how many times likelier the new policy shows a row than the logging policy did."""
        likelier: np.ndarray = self.new_propensities / self.propensities
        return likelier

    @property
    def weights(self) -> np.ndarray:
        """[n] float64, `unclipped` cut to `clip`."""
        return self.unclipped if self.clip is None else np.minimum(self.unclipped, self.clip)


@dataclass(frozen=True)
class OffPolicyEstimate:
    """Estimated reward of a new policy a row, and how much of the log supports it.

    Attributes:
        value: the estimate.
        low: lower end of its 95 % interval.
        high: upper end.
        effective_sample_size: rows (or lists) that would be as informative had the new policy shown them itself: Kish's
            square of the sum over the sum of squares of the weights. The intervals hold from about a hundred on.
        largest_weight: after clipping. One row with a large share of all weights decides the estimate alone.
        mean_weight: before clipping. Near 1 where the propensities are right and the logging policy had some chance to
            show whatever the new one shows; well below 1, the log holds nothing on part of the new policy.
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
    """IPS: the mean of weight times reward. Unbiased without clipping, and noisy where weights are large.

    Source: Horvitz and Thompson, 1952.
    """
    earned = log.weights * log.rewards
    value = float(earned.mean())
    return _estimate(log, value, earned - value)


def self_normalised(log: LoggedFeedback) -> OffPolicyEstimate:
    """SNIPS: the mean reward, weighted. Steadier than IPS, never beyond the rewards, with a bias of the order 1 / n.

    Source: Swaminathan and Joachims, The Self-Normalized Estimator for Counterfactual Learning, NeurIPS 2015.

    Raises:
        InputError: if every weight is 0.
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
    """DR: what a model of the reward promises, plus the weighted mean of its errors on what was shown.

    Right if the propensities or the model are; the better the model, the shorter the interval. The interval takes the
    model as given: train it on other rows than these. Source: Dudik, Langford and Li, Doubly Robust Policy Evaluation
    and Learning, ICML 2011.

    Args:
        log: rewards and propensities.
        predicted: [n], the model's reward for what was shown.
        expected: [n], its expected reward under the new policy: the sum over all actions of their new propensity times
            the model's reward.

    Raises:
        InputError: for numbers that are not finite, or different numbers of rows.
    """
    predicted, expected = finite(predicted, "predicted"), finite(expected, "expected")
    same_length(rewards=log.rewards, predicted=predicted, expected=expected)
    earned = expected + log.weights * (log.rewards - predicted)
    value = float(earned.mean())
    return _estimate(log, value, earned - value)


def _estimate(log: LoggedFeedback, value: float, influence: np.ndarray) -> OffPolicyEstimate:
    """The interval from each row's influence on the estimate [n], of mean 0."""
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
    """Where the mean of the influences of units may lie, for a true mean of 0.

    A few large weights skew the mean to the right, and the truth then lies above a plain normal interval several times
    as often as below it. Hall's cubic transformation (On the Removal of Skewness by Transformation, JRSS B, 1992) takes
    the skewness off in closed form. On synthetic logs it came closer to 95 % than the normal interval and, in hard
    cases, than percentile and studentised bootstraps, which cost a thousand passes. Student's t with the effective
    sample size allows for an uncertain variance.
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
    """The t statistic whose transform is `bound`: ((1 + s t / 3)^3 - 1) / s + s / 6, s the skewness of the mean."""
    if abs(skewness) < 1e-9:
        return bound
    return float(3.0 / skewness * (np.cbrt(1.0 + skewness * (bound - skewness / 6.0)) - 1.0))
