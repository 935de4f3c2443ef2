"""Several recipes and the baselines on one table: trained, evaluated on the same cases, one leaderboard."""

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd
import tensorflow as tf

from tfrec_dl.baselines.cold_start import COLD_BASELINES, cold_baseline_entries, item_texts
from tfrec_dl.baselines.fit import BASELINES, baseline_entries
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.source import DataSource
from tfrec_dl.data.splits.cold_start import ColdStartSplit
from tfrec_dl.data.splits.split import Split
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.cold_start import ColdStartEntry, cold_start_leaderboard, evaluate_cold_start
from tfrec_dl.evaluation.evaluate import evaluate
from tfrec_dl.evaluation.leaderboard import Entry, leaderboard
from tfrec_dl.lifecycle.open_run import open_run
from tfrec_dl.lifecycle.train import train
from tfrec_dl.ranking.run import RankingRun
from tfrec_dl.recipes.configuration import check_kind
from tfrec_dl.recipes.recipe import RankingRecipe, Recipe
from tfrec_dl.retrieval.run import START, Run
from tfrec_dl.runs.run_config import describe_features, flat_settings, refuse_other_files


def compare(
    recipes: Sequence[Recipe],
    source: DataSource,
    folder: Path,
    callbacks: Sequence[tf.keras.callbacks.Callback] = (),
    verbose: str | int = "auto",
    announce: Callable[[str], None] = lambda line: None,
) -> pd.DataFrame:
    """Trains each recipe into FOLDER/<name>, fits the baselines and ranks all by test NDCG@10.

    On a cold-start split that is the NDCG@10 of cold items, beside that of warm ones and of all.

    Called again it goes on where it was: finished runs of the same configuration are evaluated and not trained again.

    Args:
        recipes: what to train, one after the other.
        source: the table, its columns, its split.
        folder: of the runs; created if missing.
        callbacks: further Keras callbacks for each training.
        verbose: as in `model.fit`.
        announce: called with a line on each step as it begins, for example `print`.

    Returns:
        The table of `evaluation.leaderboard`, or of `evaluation.cold_start` on a cold-start split.

    Raises:
        InputError: for bad data, or a folder that holds something else, before anything is trained.
    """
    for recipe in recipes:
        check_kind(recipe.model, source.items)
        refuse_other_files(folder / recipe.name)
        refuse_other_recipe(recipe, folder / recipe.name)
    interactions, items, users = source.read(), source.read_items(), source.read_users()
    source.coverage(interactions, items, users)  # refuses features of others before anything is trained
    split = source.divide(interactions, items)
    for recipe in recipes:
        refuse_other_data(source, interactions, {"items": items, "users": users}, folder / recipe.name)
    runs = []
    for recipe in recipes:
        finished = (folder / recipe.name / "metrics.json").exists()
        announce(f"model {recipe.name}" + (": trained before" if finished else ""))
        runs.append(train_once(recipe, source.absolute(), folder / recipe.name, interactions, callbacks, verbose))
    if source.split == "cold-start":
        return _cold_leaderboard(runs, source.hold_out(interactions, items), items, announce)
    entries = [entry for run in runs for entry in run_entries(run, split)]
    return leaderboard([*entries, *announced_baselines(split, announce)])


def train_once(
    recipe: Recipe,
    source: DataSource,
    folder: Path,
    interactions: Interactions,
    callbacks: Sequence[tf.keras.callbacks.Callback] = (),
    verbose: str | int = "auto",
) -> Run:
    """Trains as `train` does, unless the folder holds the finished run of just this: then that is returned.

    Args:
        recipe: what to train.
        source: the table, its columns, its split.
        folder: the run's folder.
        interactions: of `source`.
        callbacks: further Keras callbacks.
        verbose: as in `model.fit`.

    Raises:
        InputError: as `train`; and if the folder holds a run of another recipe, table or split.
    """
    refuse_other_recipe(recipe, folder)
    if (folder / "metrics.json").exists():
        features = {"items": source.read_items(), "users": source.read_users()}
        refuse_other_data(source, interactions, features, folder)
        return Run.open(folder)
    return train(recipe, source, folder, callbacks, verbose)


def refuse_other_recipe(recipe: Recipe | RankingRecipe, folder: Path) -> None:
    """Raises InputError where the folder holds a run, finished or not, of another recipe or with other settings."""
    if not (folder / "config.json").exists():
        return
    before, now = flat_settings(open_run(folder).recipe.to_dict()), flat_settings(recipe.to_dict())
    for name in {**now, **before}:
        if before.get(name) != now.get(name):
            raise InputError(
                f"{folder} holds a run with {name} {before.get(name)!r}, not {now.get(name)!r}: "
                "repeat its command, or choose a new folder."
            )


def refuse_other_data(
    source: DataSource, interactions: Interactions, features: Mapping[str, Catalogue | None], folder: Path
) -> None:
    """Raises InputError where the folder holds a run, finished or not, on other tables, columns or split."""
    if not (folder / "config.json").exists():
        return
    run = Run.open(folder)
    config = run.config()
    same_table = config["data_fingerprint"] == interactions.fingerprint()
    same_features = config.get("features", {}) == describe_features(features)
    if not (run.source == source.absolute() and same_table and same_features):
        raise InputError(f"{folder} holds a run on other data: choose a new folder, or delete that one.")


def run_entries(run: Run, split: Split) -> list[Entry]:
    """A finished run's lines of the leaderboard; a game has a second one, its generator before the game."""
    return [run_entry(each, split) for each in with_start(run)]


def with_start(run: Run) -> list[Run]:
    """The run, and where it is a game that of its generator before the game."""
    return [run, Run.open(run.folder / START)] if (run.folder / START).exists() else [run]


def run_entry(run: Run, split: Split) -> Entry:
    """A finished run's line of the leaderboard: its best weights on the test cases, the seconds of its epochs."""
    return Entry(run.recipe.name, evaluate(run.model(), split.test, split.vocabulary), run_seconds(run))


def run_seconds(run: Run | RankingRun) -> float:
    """What a run's epochs took together."""
    seconds = 0.0
    for history in run.folder.rglob("history.csv"):  # its own, or those of a stack's members
        with history.open(newline="", encoding="utf-8") as file:
            seconds += sum(float(row["seconds"]) for row in csv.DictReader(file))
    return seconds


def _cold_leaderboard(
    runs: Sequence[Run], cold_split: ColdStartSplit, items: Catalogue | None, announce: Callable[[str], None]
) -> pd.DataFrame:
    """The runs and the baselines on warm, cold and all items."""
    entries = [
        ColdStartEntry(each.recipe.name, evaluate_cold_start(each.model(), cold_split), run_seconds(each))
        for run in runs
        for each in with_start(run)
    ]
    texts = item_texts(items, cold_split.vocabulary)
    for name in COLD_BASELINES:
        announce(f"baseline {name}")
        try:
            entries += cold_baseline_entries(cold_split, texts, names=[name])
        except InputError as error:  # there are no texts, or scikit-learn, an extra, is missing
            announce(f"{name} is left out: {error}")
    return cold_start_leaderboard(entries)


def announced_baselines(split: Split, announce: Callable[[str], None]) -> list[Entry]:
    """The baselines' lines of the leaderboard on the test cases, with a word before each."""
    entries: list[Entry] = []
    for name in BASELINES:
        announce(f"baseline {name}")
        entries += baseline_entries(split, split.test, names=[name], on_skip=announce)
    return entries
