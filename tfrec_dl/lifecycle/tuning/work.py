"""Work of one process on a study: trains trial after trial until none is left for it."""

import math
import time
from collections.abc import Callable
from pathlib import Path

from tfrec_dl.disk import disk_trouble
from tfrec_dl.errors import InputError
from tfrec_dl.lifecycle.tuning.budget import Budget
from tfrec_dl.lifecycle.tuning.claimed import Claimed
from tfrec_dl.lifecycle.tuning.extra import optuna
from tfrec_dl.lifecycle.tuning.outcome import Outcome
from tfrec_dl.lifecycle.tuning.study import FIRST, Study
from tfrec_dl.recipes.recipe import Recipe

Report = Callable[[int, float], None]
"""Takes a step and the metric's value at it; raises if the trial is not worth continuing."""

Objective = Callable[[Recipe, Path, Report], float]
"""Trains a recipe into a folder, or continues there, and returns the validation metric."""


def work(study: Study, objective: Objective, budget: Budget) -> None:
    """Claims trials, trains them and reports their outcomes.

    Args:
        study: study to work on.
        objective: function that trains a trial.
        budget: budget of the study.

    Raises:
        InputError: if the recipe cannot be trained with its own settings, or the disk is full. Any other failure caused
            by a trial's settings is recorded, and the next trial begins.
    """
    try:
        claimed = study.next(budget)
        while claimed is not None:
            claimed = study.next(budget, claimed, _tried(study, claimed, objective))
    finally:
        study.release()


def _tried(study: Study, claimed: Claimed, objective: Objective) -> Outcome:
    began = time.perf_counter()
    value: float | None = None
    reason: str | None = None
    try:
        value = objective(study.recipe(claimed.settings), claimed.folder, claimed.report)
        if math.isnan(value):
            value, reason = None, "its validation metric is not a number"
    except optuna.TrialPruned:
        pass
    except (InputError, MemoryError) as error:
        if claimed.trial.number == FIRST or disk_trouble(error.__cause__ or error) is not None:
            raise
        reason = " ".join(str(error).split()) or type(error).__name__
    return Outcome(value, reason, time.perf_counter() - began)
