"""One measure of drift, and the limits above which measures are flagged."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.estimate import Estimate
from tfrec_dl.names import closest

UNKNOWN_ITEMS, POPULARITY, HISTORY_LENGTHS = "unknown_items", "popularity", "history_lengths"
COVERAGE, NDCG, HIT_RATE = "coverage", "ndcg", "hit_rate"

LIMITS: dict[str, float] = {
    UNKNOWN_ITEMS: 0.05,
    POPULARITY: 0.2,
    HISTORY_LENGTHS: 0.2,
    COVERAGE: 0.5,
    NDCG: 0.0,
    HIT_RATE: 0.0,
}
"""Maps each measure to the drift above which it is flagged, unless chance explains it."""


@dataclass(frozen=True)
class Measure:
    """What one measure found: its value today and at training, and the drift between them.

    Attributes:
        name: one of `LIMITS`.
        what: what is measured, in words.
        limit: drift above which the measure is flagged.
        today: value in today's table; None if it cannot be measured.
        training: value at training; None if it is unknown.
        drift: how much worse it is today, 0 if it is no worse; None if that is unknown.
        beyond_chance: whether chance hardly explains the difference.
        note: why something is missing, or what to bear in mind; "" if there is nothing to say.
        flagged: whether the drift is above the limit and beyond chance.
    """

    name: str
    what: str
    limit: float
    today: Estimate | None = None
    training: Estimate | None = None
    drift: float | None = None
    beyond_chance: bool = False
    note: str = ""
    flagged: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "flagged", self.beyond_chance and self.drift is not None and self.drift > self.limit)


def checked_limits(limits: Mapping[str, float]) -> dict[str, float]:
    """Returns the limits of all measures: the given ones, and those of `LIMITS` for the rest.

    Raises:
        InputError: if a name is not a measure, or a limit is not a number of at least 0.
    """
    for name, limit in limits.items():
        if name not in LIMITS:
            raise InputError(f"there is no measure {name!r:.80}: {closest(name, LIMITS)}")
        if isinstance(limit, bool) or not isinstance(limit, int | float) or not 0 <= limit < math.inf:
            raise InputError(f"the limit of {name} is {limit!r:.80}, but must be a number of at least 0.")
    return {**LIMITS, **limits}
