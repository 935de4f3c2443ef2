"""A metric with its confidence interval."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval, if there is one.

    Attributes:
        value: the number.
        low: lower end; None if there is no interval.
        high: upper end.
    """

    value: float
    low: float | None = None
    high: float | None = None
