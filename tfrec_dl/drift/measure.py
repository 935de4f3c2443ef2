"""A measure of what has changed, and whether that is too much."""

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
"""Measure -> drift above which it is flagged, where chance does not explain it."""


@dataclass(frozen=True)
class Measure:
    """What has changed in one respect.

    Attributes:
        name: one of `LIMITS`.
        what: in words.
        limit: drift above which it is flagged.
        today: of today's table; None where that cannot be measured.
        training: of the training; None where that is unknown.
        drift: how much worse, 0 where nothing is; None where it cannot be said.
        beyond_chance: whether samples of the same would hardly differ that much.
        note: why something is missing, or what to bear in mind; "" for nothing.
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
    """The limits, those that are not given as in `LIMITS`.

    Raises:
        InputError: for a name that is no measure's, or a limit that is no number of at least 0.
    """
    for name, limit in limits.items():
        if name not in LIMITS:
            raise InputError(f"there is no measure {name!r:.80}: {closest(name, LIMITS)}")
        if isinstance(limit, bool) or not isinstance(limit, int | float) or not 0 <= limit < math.inf:
            raise InputError(f"the limit of {name} is {limit!r:.80}, but must be a number of at least 0.")
    return {**LIMITS, **limits}
