"""The report that `measure_drift` returns."""

from dataclasses import asdict, dataclass
from typing import Any

from tfrec_dl.drift.measure import Measure


@dataclass(frozen=True)
class DriftReport:
    """What has changed since the training of an export.

    Attributes:
        export: version folder of the export.
        users: number of users in today's table.
        interactions: number of interactions in today's table.
        asked: number of users for whom the export had to find the last interaction.
        has_profile: whether the export has a profile of its training.
        measures: maps names to measures.
    """

    export: str
    users: int
    interactions: int
    asked: int
    has_profile: bool
    measures: dict[str, Measure]

    @property
    def flagged(self) -> list[str]:
        """Names of the flagged measures."""
        return [name for name, measure in self.measures.items() if measure.flagged]

    def to_dict(self) -> dict[str, Any]:
        """Returns the report as plain values, for JSON."""
        return {**asdict(self), "flagged": self.flagged}
