"""The budget of a study."""

from __future__ import annotations

import time
from dataclasses import dataclass
from numbers import Integral, Real

from tfrec_dl.errors import InputError

TRIALS = 30  # if neither bound is given


@dataclass(frozen=True)
class Budget:
    """A number of trials, or time, whichever is used up first.

    Attributes:
        trials: number of trials of the study; None for no limit.
        end: time, in seconds since 1970, after which no trial begins; None for no limit.
    """

    trials: int | None
    end: float | None

    @staticmethod
    def of(trials: int | None, minutes: float | None) -> Budget:
        """Returns the budget of a call that begins now; 30 trials if no limit is given.

        Raises:
            InputError: if there is less than one trial, or no time.
        """
        if trials is not None and (not isinstance(trials, Integral) or trials < 1):
            raise InputError(f"trials is {trials!r:.80}: try at least 1, which is the recipe as given.")
        if minutes is not None and not (isinstance(minutes, Real) and 0 < minutes < float("inf")):
            raise InputError(f"minutes is {minutes!r:.80}: give a time above 0.")
        if trials is None and minutes is None:
            trials = TRIALS
        return Budget(trials, None if minutes is None else time.time() + 60 * minutes)

    def allows(self, begun: int) -> bool:
        """Whether another trial may begin after this many."""
        return (self.trials is None or begun < self.trials) and (self.end is None or time.time() < self.end)

    def seconds_left(self, finished: int, seconds_a_trial: float, processes: int) -> float:
        """Estimates the seconds until the budget is used up.

        Args:
            finished: number of finished trials.
            seconds_a_trial: time per trial.
            processes: number of processes that train trials.
        """
        bounds = []
        if self.trials is not None:
            bounds.append(max(0, self.trials - finished) * seconds_a_trial / processes)
        if self.end is not None:
            bounds.append(max(0.0, self.end - time.time()))
        return min(bounds)
