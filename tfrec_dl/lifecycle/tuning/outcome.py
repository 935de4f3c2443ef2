"""The outcome of a trial."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """The outcome of a trial.

    Attributes:
        value: value of the validation metric; None if the trial was pruned or failed.
        reason: why it failed; None if it did not.
        seconds: time it took in the process that finished it.
    """

    value: float | None
    reason: str | None
    seconds: float
