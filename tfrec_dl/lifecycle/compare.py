"""Comparison of recipes and baselines on one table: trained, measured on the same test part, one leaderboard."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import tensorflow as tf

from tfrec_dl.arguments import path_given, require_type
from tfrec_dl.data.dataset import Source
from tfrec_dl.data.source_given import Given, source_given
from tfrec_dl.errors import InputError
from tfrec_dl.families.run import Run
from tfrec_dl.lifecycle.recipe_for import recipe_for
from tfrec_dl.lifecycle.train import check, train_on
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.runs.callbacks import check_callbacks
from tfrec_dl.runs.run_config import describe_features, flat_settings, refuse_other_files
from tfrec_dl.serving.versions import is_run
from tfrec_dl.stacking.counts import form_begun

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Comparison:
    """What `compare` has trained and measured.

    Attributes:
        board: the leaderboard.
        runs: of the recipes, in their order.
        entries: the lines of the leaderboard with all that was measured, in no order.
        dataset: the data, read.
    """

    board: pd.DataFrame
    runs: Sequence[Run]
    entries: Sequence[Any]
    dataset: Any


def compare(
    recipes: Sequence[Recipe | str] | Recipe | str,
    source: Given,
    folder: Path | str,
    callbacks: Sequence[tf.keras.callbacks.Callback] = (),
    verbose: str | int = "auto",
) -> pd.DataFrame:
    """Trains each recipe into FOLDER/<name>, fits the baselines and puts all on one leaderboard.

    Retrieval is ordered by test NDCG@10, on a cold-start split by that of cold items; ranking by NDCG of clicks where
    impressions are shown in lists, else by AUC, and by RMSE where only ratings are learnt.

    The table is read once. Called again it goes on where it was: finished runs of the same configuration are measured
    and not trained again. Each step is logged as it begins.

    Args:
        recipes: what to train, one after the other, by name or with settings of their own, or "gru,lru"; all of one
            task, and of different names.
        source: the table, its columns, its split; or its path, as for `train`.
        folder: of the runs; created if missing.
        callbacks: further Keras callbacks for each training.
        verbose: as in `model.fit`.

    Returns:
        The leaderboard, a row a model or baseline, best first.

    Raises:
        InputError: for bad data, recipes of several tasks, or a folder that holds something else, before anything is
            trained.
    """
    return compare_runs(recipes, source, folder, callbacks, verbose).board


def compare_runs(
    recipes: Sequence[Recipe | str] | Recipe | str,
    source: Given,
    folder: Path | str,
    callbacks: Sequence[tf.keras.callbacks.Callback] = (),
    verbose: str | int = "auto",
) -> Comparison:
    """As `compare`, with the runs and all that was measured of them, which a report is made of."""
    check_callbacks(callbacks)
    source, folder = source_given(source), path_given(folder, "folder")
    chosen = _chosen(recipes, source)
    if is_run(folder):
        raise InputError(f"{folder} is the folder of a run: choose another for the comparison.")
    task = _task(chosen)
    if not source.in_memory:
        raise InputError(f"{source.path} is a prepared folder, and baselines need the table in memory: give the table.")
    reason = task.why_not_together(chosen)
    if reason is not None:
        raise InputError(reason)
    for recipe in chosen:
        check(recipe, source)
        refuse_other_files(folder / recipe.name)
        refuse_other_recipe(recipe, folder / recipe.name)
    dataset: Any = source.read()
    for recipe in chosen:
        refuse_other_data(dataset, folder / recipe.name)
    runs = []
    for recipe in chosen:
        finished = (folder / recipe.name / "metrics.json").exists()
        logger.info("model %s%s", recipe.name, ": trained before" if finished else "")
        runs.append(train_once(recipe, dataset, folder / recipe.name, callbacks, verbose))
    entries = [entry for run in runs for entry in task.entries(run, dataset)]
    entries += task.baseline_entries(dataset, chosen)
    return Comparison(task.leaderboard(entries, dataset), runs, entries, dataset)


def train_once(
    recipe: Recipe,
    dataset: Any,
    folder: Path,
    callbacks: Sequence[tf.keras.callbacks.Callback] = (),
    verbose: str | int = "auto",
) -> Run:
    """Trains as `train_on` does; a folder of other data is refused in words for comparisons.

    Args:
        recipe: what to train.
        dataset: what its source read.
        folder: the run's folder.
        callbacks: further Keras callbacks.
        verbose: as in `model.fit`.

    Raises:
        InputError: as `train_on`; and if the folder holds a run of another recipe, table or split.
    """
    refuse_other_recipe(recipe, folder)
    refuse_other_data(dataset, folder)
    return train_on(recipe, dataset, folder, callbacks, verbose)


def refuse_other_recipe(recipe: Recipe, folder: Path) -> None:
    """Raises InputError where the folder holds a run, finished or not, of another recipe or with other settings."""
    if not (folder / "config.json").exists():
        return
    if form_begun(recipe, folder) is not None:
        return
    before, now = flat_settings(Run.open(folder).recipe.to_dict()), flat_settings(recipe.to_dict())
    for name in ("name", "model.name", *now, *before):  # of another family all else differs too
        if before.get(name) != now.get(name):
            state = "a finished" if (folder / "metrics.json").exists() else "a"
            raise InputError(
                f"{folder} holds {state} run with {name} {before.get(name)!r}, not {now.get(name)!r}: "
                "repeat its command, or choose a new folder."
            )


def refuse_other_data(dataset: Any, folder: Path) -> None:
    """Raises InputError where the folder holds a run, finished or not, on other tables, columns or split."""
    if not (folder / "config.json").exists():
        return
    run, now = Run.open(folder), dataset.source.absolute()
    config = run.config()
    same_table = config["data_fingerprint"] == dataset.fingerprint
    same_features = config.get("features", {}) == describe_features(dataset.features)
    there = {name: getattr(now, name) for name in now.paths}  # the same data may have moved
    if not (type(now) is type(run.source) and replace(run.source, **there) == now and same_table and same_features):
        raise InputError(f"{folder} holds a run on other data: choose a new folder, or delete that one.")


def _chosen(recipes: Sequence[Recipe | str] | Recipe | str, source: Source) -> list[Recipe]:
    """The recipes, each with a name of its own, which its run's folder has."""
    if isinstance(recipes, str):
        recipes = recipes.split(",")
    given = [recipes] if isinstance(recipes, Recipe) else recipes
    require_type(given, Iterable, "recipes", "give a list of names or recipes")
    chosen = [recipe_for(each, source) for each in given]
    names = [recipe.name for recipe in chosen]
    if twice := [name for name in names if names.count(name) > 1]:
        raise InputError(
            f"there are {names.count(twice[0])} recipes called {twice[0]!r}, and each has a line and a folder of its "
            'own: give one another name, as by dataclasses.replace(recipe, name="...").'
        )
    return chosen


def _task(recipes: Sequence[Recipe]) -> Any:
    """The task that all recipes have."""
    if not recipes:
        raise InputError("there are 0 recipes to compare: name at least one.")
    tasks = {recipe.family.task.name: recipe.family.task for recipe in recipes}
    if len(tasks) > 1:
        raise InputError(f"the recipes are for several tasks, {' and '.join(tasks)}: compare those of one task.")
    return next(iter(tasks.values()))
