"""Comparison of recipes and baselines: trains them, measures all on one test part, and ranks them on a leaderboard."""

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
    """The trained models and measurements of `compare`.

    Attributes:
        board: the leaderboard.
        runs: runs of the recipes, in the order of the recipes.
        entries: lines of the leaderboard with all measurements, in no particular order.
        dataset: the data, as read.
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
    """Trains each recipe into FOLDER/<name>, fits the baselines, and returns a leaderboard of all of them.

    Retrieval models are ordered by test NDCG@10, on a cold-start split by the NDCG@10 of cold items. Ranking models are
    ordered by NDCG of clicks if impressions are shown in lists, otherwise by AUC, and by RMSE if only ratings are
    learned.

    The table is read once. If the call is repeated, it continues where it stopped: finished runs with the same
    configuration are measured but not trained again. Each step is logged when it begins.

    Args:
        recipes: recipes to train one after the other, by name, with settings of their own, or as "gru,lru". All must
            have the same task and different names.
        source: the table with its columns and split, or a path, as for `train`.
        folder: folder for the runs; created if missing.
        callbacks: further Keras callbacks for each training.
        verbose: as in `model.fit`.

    Returns:
        The leaderboard, one row per model or baseline, best first.

    Raises:
        InputError: for invalid data, recipes of several tasks, or a folder that holds something else; raised before any
            training.
    """
    return compare_runs(recipes, source, folder, callbacks, verbose).board


def compare_runs(
    recipes: Sequence[Recipe | str] | Recipe | str,
    source: Given,
    folder: Path | str,
    callbacks: Sequence[tf.keras.callbacks.Callback] = (),
    verbose: str | int = "auto",
) -> Comparison:
    """Does the same as `compare`, and also returns the runs and all measurements, which a report needs."""
    check_callbacks(callbacks)
    source, folder = source_given(source), path_given(folder, "folder")
    chosen = _chosen(recipes, source)
    if is_run(folder):
        raise InputError(f"{folder} is the folder of a run: choose another for the comparison.")
    task = _task(chosen)
    if not source.in_memory:
        raise InputError(f"{source.path} is a prepared folder, but baselines need the table in memory: give the table.")
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
    """Trains like `train_on`; an error about a folder with other data is worded for comparisons.

    Args:
        recipe: recipe to train.
        dataset: data read by its source.
        folder: folder of the run.
        callbacks: further Keras callbacks.
        verbose: as in `model.fit`.

    Raises:
        InputError: as in `train_on`, and if the folder holds a run of another recipe, table or split.
    """
    refuse_other_recipe(recipe, folder)
    refuse_other_data(dataset, folder)
    return train_on(recipe, dataset, folder, callbacks, verbose)


def refuse_other_recipe(recipe: Recipe, folder: Path) -> None:
    """Raises InputError if the folder holds a finished or unfinished run of another recipe or with other settings."""
    if not (folder / "config.json").exists():
        return
    if form_begun(recipe, folder) is not None:
        return
    before, now = flat_settings(Run.open(folder).recipe.to_dict()), flat_settings(recipe.to_dict())
    for name in ("name", "model.name", *now, *before):  # with another family, everything else differs too
        if before.get(name) != now.get(name):
            state = "a finished" if (folder / "metrics.json").exists() else "a"
            raise InputError(
                f"{folder} holds {state} run with {name} {before.get(name)!r}, not {now.get(name)!r}: "
                "repeat its command, or choose a new folder."
            )


def refuse_other_data(dataset: Any, folder: Path) -> None:
    """Raises InputError if the folder holds a finished or unfinished run on other tables, columns or split."""
    if not (folder / "config.json").exists():
        return
    run, now = Run.open(folder), dataset.source.absolute()
    config = run.config()
    same_table = config["data_fingerprint"] == dataset.fingerprint
    same_features = config.get("features", {}) == describe_features(dataset.features)
    there = {name: getattr(now, name) for name in now.paths}  # the same data may have been moved
    if not (type(now) is type(run.source) and replace(run.source, **there) == now and same_table and same_features):
        raise InputError(f"{folder} holds a run on other data: choose a new folder, or delete that one.")


def _chosen(recipes: Sequence[Recipe | str] | Recipe | str, source: Source) -> list[Recipe]:
    """Returns the recipes; their names must differ, because each names a run folder."""
    if isinstance(recipes, str):
        recipes = recipes.split(",")
    given = [recipes] if isinstance(recipes, Recipe) else recipes
    require_type(given, Iterable, "recipes", "give a list of names or recipes")
    chosen = [recipe_for(each, source) for each in given]
    names = [recipe.name for recipe in chosen]
    if twice := [name for name in names if names.count(name) > 1]:
        raise InputError(
            f"there are {names.count(twice[0])} recipes called {twice[0]!r}, but each needs a line and a folder of its "
            'own: rename one, for example with dataclasses.replace(recipe, name="...").'
        )
    return chosen


def _task(recipes: Sequence[Recipe]) -> Any:
    """Returns the task that all recipes share."""
    if not recipes:
        raise InputError("there are 0 recipes to compare: name at least one.")
    tasks = {recipe.family.task.name: recipe.family.task for recipe in recipes}
    if len(tasks) > 1:
        raise InputError(f"the recipes are for several tasks, {' and '.join(tasks)}: compare those of one task.")
    return next(iter(tasks.values()))
