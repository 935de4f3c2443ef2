"""Tunes the settings of a recipe on validation, whatever its family, and measures the best run on the test part."""

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
    """Searches for better settings of a recipe; killed at any moment and called again, goes on where it was.

    The first trial is the recipe as it is; the others have settings that Optuna suggests. Each is trained with
    validation after every epoch, and ended early where others were better by then. Trials are trained and measured on
    the data without their test part; only the best, once all are done, is measured on it. Several processes may work on
    a study: `jobs` of one call, and further calls with the same arguments. Each reads the table once.

    Args:
        recipe: what to tune, or its name; settings that are not searched stay as they are.
        source: the data, as for `train`.
        folder: of the study; new, or that of the same call's study. Gets `study.db` (an SQLite file of Optuna's),
            `best`, the best run, `trials.csv`, `importances.json`, and pictures where matplotlib is installed.
        trials: how many in all; more may be asked for while the study has not ended. None for 30, or no such bound
            where `minutes` is given.
        minutes: after which this call begins no further trial; None for no such bound.
        search: setting -> `SearchRange` or `SearchChoices`, in place of what the recipe's parts declare; None for a
            setting that is not to be searched.
        jobs: processes. Above 1 a program must be guarded by `if __name__ == "__main__"`.

    Returns:
        What was found; None where other processes are still at work on trials: the last of them measures the best.

    Raises:
        InputError: for a setting that does not exist or a range that it cannot have, bad data, or a folder that holds
            something else, before anything is written; or if the recipe as it is cannot be trained.
    """
    folder, budget, source = path_given(folder, "folder"), Budget.of(trials, minutes), source_given(source)
    recipe = recipe_for(recipe, source)
    if not isinstance(jobs, Integral) or not 1 <= jobs <= MOST_PROCESSES:
        raise InputError(f"jobs is {jobs!r:.80}, but must be 1 to {MOST_PROCESSES}.")
    if recipe.family.is_refitted(recipe):
        raise InputError(
            "training.refit is True, and trials are compared on the validation part: tune without it, then train with "
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
    """Measures the best run, once, and writes what was found."""
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
    except InputError as error:  # it is an extra
        logger.info("no pictures: %s", error)
    return tuned


def _refuse_larger(study: Study, budget: Budget) -> None:
    """Raises InputError where more trials are asked for than a study has that has ended."""
    done = len(study.trials)
    if budget.trials is not None and budget.trials > done:
        raise InputError(
            f"{study.folder} has ended after {done} trials, and its best run has been measured on the test part: "
            f"choose a new folder for {budget.trials}."
        )
    logger.info("%s has ended: nothing is trained", study.folder)
