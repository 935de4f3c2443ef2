"""Several rankers and the baselines on one table: trained, evaluated on the same rows, one leaderboard."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import tensorflow as tf

from tfrec_dl.errors import InputError
from tfrec_dl.lifecycle.compare import refuse_other_recipe, run_seconds
from tfrec_dl.ranking.baselines import baseline_names, ranking_baseline_entries
from tfrec_dl.ranking.data.source import RankingSource
from tfrec_dl.ranking.data.splits import ImpressionSplit
from tfrec_dl.ranking.evaluate import evaluate_ranking
from tfrec_dl.ranking.leaderboard import RankingEntry, ordering_figure, ranking_leaderboard
from tfrec_dl.ranking.rows import ranking_rows
from tfrec_dl.ranking.run import RankingRun
from tfrec_dl.ranking.train import train_ranking
from tfrec_dl.recipes.recipe import RankingRecipe
from tfrec_dl.runs.run_config import describe_features, refuse_other_files


def compare_ranking(
    recipes: Sequence[RankingRecipe],
    source: RankingSource,
    folder: Path,
    callbacks: Sequence[tf.keras.callbacks.Callback] = (),
    verbose: str | int = "auto",
    announce: Callable[[str], None] = lambda line: None,
) -> pd.DataFrame:
    """Trains each recipe into FOLDER/<name>, fits the baselines and ranks all on the test rows.

    What orders them is NDCG of clicks where impressions are shown in lists, else AUC; RMSE where only ratings are
    learnt.

    Called again it goes on where it was: finished runs of the same configuration are evaluated and not trained again.

    Args:
        recipes: what to train, one after the other.
        source: the table, its columns, its labels, its split.
        folder: of the runs; created if missing.
        callbacks: further Keras callbacks for each training.
        verbose: as in `model.fit`.
        announce: called with a line on each step as it begins, for example `print`.

    Returns:
        The table of `evaluation.ranking_leaderboard`.

    Raises:
        InputError: for bad data, or a folder that holds something else, before anything is trained.
    """
    for recipe in recipes:
        refuse_other_files(folder / recipe.name)
        refuse_other_recipe(recipe, folder / recipe.name)
    impressions = source.read()
    split = source.divide(impressions)
    for recipe in recipes:
        _refuse_other_data(source, split, folder / recipe.name)
    entries = []
    for recipe in recipes:
        finished = (folder / recipe.name / "metrics.json").exists()
        announce(f"model {recipe.name}" + (": trained before" if finished else ""))
        if finished:
            run = RankingRun.open(folder / recipe.name)
        else:
            run = train_ranking(recipe, source.absolute(), folder / recipe.name, callbacks, verbose)
        entries.append(ranking_entry(run, split))
    for name in baseline_names(split):
        announce(f"baseline {name}")
        entries += ranking_baseline_entries(split, [name])
    return ranking_leaderboard(entries, ordering_figure(impressions))


def ranking_entry(run: RankingRun, split: ImpressionSplit) -> RankingEntry:
    """A finished run's line of the leaderboard: its best weights on the test rows, the seconds of its epochs."""
    model = run.model()
    reports = evaluate_ranking(model, ranking_rows(model.knowledge, split), split.test)
    return RankingEntry(run.recipe.name, reports, run_seconds(run))


def _refuse_other_data(source: RankingSource, split: ImpressionSplit, folder: Path) -> None:
    """Raises InputError where the folder holds a run, finished or not, on other tables, columns, labels or split."""
    if not (folder / "config.json").exists():
        return
    run = RankingRun.open(folder)
    config = run.config()
    features = {"items": source.read_items(), "users": source.read_users()}
    same_features = config.get("features", {}) == describe_features(features)
    same_table = config["data_fingerprint"] == split.fingerprint()
    if not (run.source == source.absolute() and same_table and same_features):
        raise InputError(f"{folder} holds a run on other data: choose a new folder, or delete that one.")
