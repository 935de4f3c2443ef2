"""A trial that a process has claimed for training."""

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
        trial: the Optuna trial.
        settings: maps settings to values.
        folder: folder of its run.
        reported: steps whose value has been reported.
    """

    trial: optuna.Trial
    settings: Mapping[str, Any]
    folder: Path
    reported: set[int]

    def report(self, step: int, value: float) -> None:
        """Reports the validation metric after an epoch, once per step.

        Raises:
            optuna.TrialPruned: if the trial is not worth continuing.
        """
        if step not in self.reported:
            self.reported.add(step)
            self.trial.report(value, step)
        elif step < max(self.reported):
            return  # a process may have been killed after reporting the last step, before it could prune
        if self.trial.should_prune():
            raise optuna.TrialPruned
