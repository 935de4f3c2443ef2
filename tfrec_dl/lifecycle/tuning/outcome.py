"""What comes of a trial."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """What came of a trial.

    Attributes:
        value: of the validation metric; None where it was pruned or has failed.
        reason: why it has failed; None where it has not.
        seconds: that it took, in the process that ended it.
    """

    value: float | None
    reason: str | None
    seconds: float
