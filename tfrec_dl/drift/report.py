"""A report of what has changed since a training."""

from dataclasses import asdict, dataclass
from typing import Any

from tfrec_dl.drift.measure import Measure


@dataclass(frozen=True)
class DriftReport:
    """What has changed since a training.

    Attributes:
        export: the version folder.
        users: of today's table.
        interactions: of today's table.
        asked: users whose last interaction was to be found.
        has_profile: whether the export has a profile of its training.
        measures: name -> measure.
    """

    export: str
    users: int
    interactions: int
    asked: int
    has_profile: bool
    measures: dict[str, Measure]

    @property
    def flagged(self) -> list[str]:
        """Names of the measures that are flagged."""
        return [name for name, measure in self.measures.items() if measure.flagged]

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return {**asdict(self), "flagged": self.flagged}
