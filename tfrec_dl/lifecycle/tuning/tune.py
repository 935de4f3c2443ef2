"""Hyperparameter tuning for recipes of any family on validation data, with the best run measured on the test part."""

import logging
from collections.abc import Mapping
from numbers import Integral
from pathlib import Path
from typing import Any

from tfrec_dl.arguments import path_given, require_type
from tfrec_dl.data.source_given import Given, source_given
from tfrec_dl.disk import disk_explained
from tfrec_dl.errors import InputError
from tfrec_dl.files import LockedError
from tfrec_dl.lifecycle.recipe_for import recipe_for
from tfrec_dl.lifecycle.train import check, train_on
from tfrec_dl.lifecycle.tuning.asked import Asked
from tfrec_dl.lifecycle.tuning.budget import Budget
from tfrec_dl.lifecycle.tuning.processes import Job, work_in_processes
from tfrec_dl.lifecycle.tuning.results import Tuned, results, save_pictures, save_results
from tfrec_dl.lifecycle.tuning.space import search_space
from tfrec_dl.lifecycle.tuning.study import BEST, Study
from tfrec_dl.lifecycle.tuning.this_process import begun, work_here
from tfrec_dl.lifecycle.tuning.training import quietly
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.recipes.search_space import Searched

MOST_PROCESSES = 256

logger = logging.getLogger(__name__)


def tune(
    recipe: Recipe | str,
    source: Given,
    folder: Path | str,
    trials: int | None = None,
    minutes: float | None = None,
    search: Mapping[str, Searched | None] | None = None,
    jobs: int = 1,
) -> Tuned | None:
    """Searches for better settings of a recipe; after being killed, the same call continues where it stopped.

    The first trial uses the recipe's own settings; Optuna suggests settings for the others. Each trial is validated
    after every epoch and ended early if it is worse than others at the same epoch. Trials are trained and measured on
    the data without its test part. Only the best one is measured on the test part, once all are done. Several processes
    may work on a study: `jobs` of one call, and further calls with the same arguments. Each reads the table once.

    Args:
        recipe: recipe to tune, or its name; settings that are not searched keep their values.
        source: the data, as for `train`.
        folder: folder of the study: new, or from the same call. Gets `study.db` (Optuna's SQLite file), the best run in
            `best`, `trials.csv`, `importances.json`, and pictures if matplotlib is installed.
        trials: total number of trials; more can be requested until the study has ended. None for 30, or for no limit if
            `minutes` is given.
        minutes: time after which this call begins no further trial; None for no limit.
        search: maps settings to `SearchRange` or `SearchChoices`, which replace the ranges declared by the recipe's
            parts; None for a setting that is not searched.
        jobs: number of processes. Above 1, the calling program must be guarded by `if __name__ == "__main__"`.

    Returns:
        The results; None if other processes still work on trials, in which case the last of them measures the best run.

    Raises:
        InputError: if a setting does not exist or cannot have a given range, the data is invalid, or the folder holds
            something else (raised before anything is written); or if the recipe cannot be trained with its own
            settings.
    """
    folder, budget, source = path_given(folder, "folder"), Budget.of(trials, minutes), source_given(source)
    recipe = recipe_for(recipe, source)
    if not isinstance(jobs, Integral) or not 1 <= jobs <= MOST_PROCESSES:
        raise InputError(f"jobs is {jobs!r:.80}, but must be 1 to {MOST_PROCESSES}.")
    if recipe.family.is_refitted(recipe):
        raise InputError(
            "training.refit is True, but trials are compared on the validation part: tune without it, then train with "
            "the settings that were found and --refit."
        )
    require_type(search or {}, Mapping, "search", "give a dict, setting -> SearchRange or SearchChoices")
    space = search_space(recipe, search or {})
    check(recipe, source)
    Asked(recipe, source, space).refuse_other(folder)
    dataset: Any = source.read()
    with disk_explained(folder):
        study = begun(recipe, dataset, folder, space)
        if study.ended:
            _refuse_larger(study, budget)
            return _finished(study, dataset)
        logger.info("searched: %s", ", ".join(f"{name} {searched}" for name, searched in space.items()))
        if jobs == 1:
            work_here(study, dataset, budget)
        else:
            work_in_processes(Job(folder.absolute(), recipe, source.absolute(), space, budget), jobs)
        return _finished(study, dataset)


def _finished(study: Study, dataset: Any) -> Tuned | None:
    """Measures the best run once, and writes the results."""
    try:
        if not study.end():
            raise LockedError("other processes are at work on it")
        best = study.best()
        assert best is not None
        with quietly():
            run = train_on(study.recipe(best.params), dataset, study.folder / BEST, verbose=0)
    except LockedError:
        logger.info("other processes are at work on %s: the last of them measures the best run", study.folder)
        return None
    tuned = results(study, run)
    save_results(tuned)
    try:
        save_pictures(study)
    except InputError as error:  # matplotlib is an extra
        logger.info("no pictures: %s", error)
    return tuned


def _refuse_larger(study: Study, budget: Budget) -> None:
    """Raises InputError if more trials are requested than an ended study has."""
    done = len(study.trials)
    if budget.trials is not None and budget.trials > done:
        raise InputError(
            f"{study.folder} has ended after {done} trials, and its best run has been measured on the test part: "
            f"choose a new folder for {budget.trials}."
        )
    logger.info("%s has ended: nothing is trained", study.folder)
