"""A trial that a process trains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfrec_dl.lifecycle.tuning.extra import optuna


@dataclass(frozen=True)
class Claimed:
    """A trial that this process trains.

    Attributes:
        trial: of Optuna's.
        settings: setting -> value.
        folder: of its run.
        reported: steps whose value is noted.
    """

    trial: optuna.Trial
    settings: Mapping[str, Any]
    folder: Path
    reported: set[int]

    def report(self, step: int, value: float) -> None:
        """Notes the validation metric after an epoch, once.

        Raises:
            optuna.TrialPruned: if the trial is not worth going on with.
        """
        if step not in self.reported:
            self.reported.add(step)
            self.trial.report(value, step)
        elif step < max(self.reported):
            return  # of the last one a process may have been killed before it could prune
        if self.trial.should_prune():
            raise optuna.TrialPruned
