"""A metric with its confidence interval."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Estimate:
    """A number with its 95 % interval, where there is one.

    Attributes:
        value: the number.
        low: lower end; None without.
        high: upper end.
    """

    value: float
    low: float | None = None
    high: float | None = None
