"""`tfrec-dl compare`."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tfrec_dl.cli.console import INTERRUPTED, complain, keras_verbosity, say
from tfrec_dl.cli.folders import require_only, require_writable
from tfrec_dl.cli.options.common import TableOptions, Task, TaskOption, TrainingOptions, refuse_given
from tfrec_dl.cli.options.groups import grouped
from tfrec_dl.cli.options.ranking import RankingOptions, ranking_recipe, ranking_source
from tfrec_dl.cli.options.retrieval import RetrievalOptions, retrieval_source, settled
from tfrec_dl.cli.quiet import quiet_tensorflow
from tfrec_dl.cli.reports.leaderboards import LEADERBOARD, save, show
from tfrec_dl.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


@grouped
def compare(
    *,
    task: TaskOption = Task.RETRIEVAL,
    table: TableOptions,
    models: Annotated[str, typer.Option(metavar="A,B,C", show_default=False, help="Recipes, separated by commas.")],
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", show_default=False, help="Keeps the runs and the leaderboard; else they are lost."
        ),
    ] = None,
    training: TrainingOptions,
    retrieval: RetrievalOptions,
    ranking: RankingOptions,
) -> None:
    """Train several models and put them on one leaderboard with the baselines.

    FOLDER gets a run a model and leaderboard.csv, .json, .md (and .png, where matplotlib is installed). The same
    command goes on where it was interrupted, and does not train finished runs again.
    """
    names = list(dict.fromkeys(name.strip() for name in models.split(",") if name.strip()))
    if not names:
        example = "gru,caser" if task is Task.RETRIEVAL else "din,dcn"
        raise InputError(f"--models {models!r} names no model: write for example --models {example}.")
    if out is not None:
        require_writable(out)
    if task is Task.RANKING:
        refuse_given(retrieval, Task.RETRIEVAL)
        found = _compare_ranking(table, names, ranking, training, out)
    else:
        refuse_given(ranking, Task.RANKING)
        found = _compare_retrieval(table, names, retrieval, training, out)
    if out is not None:
        board = found(out)
        show(board)
        say(f"leaderboard: {', '.join(save(board, out))}")
        return
    try:
        with tempfile.TemporaryDirectory(prefix="tfrec-dl-") as folder:
            board = found(Path(folder))
    except KeyboardInterrupt as interruption:
        complain("interrupted: without --out nothing is kept")
        raise typer.Exit(INTERRUPTED) from interruption
    show(board)


def _compare_retrieval(
    table: TableOptions, names: list[str], options: RetrievalOptions, training: TrainingOptions, out: Path | None
) -> "Callable[[Path], pd.DataFrame]":
    """What compares, once it is given a folder."""
    settings = training.settings()
    quiet_tensorflow()
    from tfrec_dl.cli.reports.retrieval import Narrator
    from tfrec_dl.lifecycle.compare import compare
    from tfrec_dl.recipes.named import RECIPES, get_recipe

    recipes = [settled(get_recipe(name), settings, options.kind, table.items) for name in names]
    if out is not None:
        require_only(out, {*RECIPES, *LEADERBOARD}, "a comparison")
    source = retrieval_source(table, options)
    return lambda folder: compare(recipes, source, folder, [Narrator()], keras_verbosity(), say)


def _compare_ranking(
    table: TableOptions, names: list[str], options: RankingOptions, training: TrainingOptions, out: Path | None
) -> "Callable[[Path], pd.DataFrame]":
    """What compares, once it is given a folder."""
    settings = training.settings()
    quiet_tensorflow()
    from tfrec_dl.cli.reports.ranking import RankingNarrator
    from tfrec_dl.ranking.compare import compare_ranking
    from tfrec_dl.ranking.recipes import RANKING_RECIPES

    recipes = [ranking_recipe(name, settings) for name in names]
    if out is not None:
        require_only(out, {*RANKING_RECIPES, *LEADERBOARD}, "a comparison")
    source = ranking_source(table, options)
    narrator = RankingNarrator(any(recipe.model.click is not None for recipe in recipes))
    return lambda folder: compare_ranking(recipes, source, folder, [narrator], keras_verbosity(), say)
