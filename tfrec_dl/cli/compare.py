"""The command `tfrec-dl compare`."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from tfrec_dl.cli.comma_lists import parse_names
from tfrec_dl.cli.console import complain, say
from tfrec_dl.cli.epochs import shown_epochs
from tfrec_dl.cli.folders import require_only, require_writable
from tfrec_dl.cli.interruptions import interruptions, status_of
from tfrec_dl.cli.options.common import TableOptions, Task, TaskOption, TrainingOptions, refuse_others
from tfrec_dl.cli.options.groups import grouped
from tfrec_dl.cli.options.ranking import RankingOptions
from tfrec_dl.cli.options.retrieval import RetrievalOptions
from tfrec_dl.cli.options.reviews import ReviewOptions
from tfrec_dl.cli.progress import shown_progress
from tfrec_dl.cli.reports.leaderboards import LEADERBOARD, REPORT, save, save_report, show
from tfrec_dl.cli.tasks import COMMANDS
from tfrec_dl.errors import InputError
from tfrec_dl.quiet import quiet_tensorflow


@grouped
def compare(
    *,
    task: TaskOption = Task.RETRIEVAL,
    table: TableOptions,
    models: Annotated[str, typer.Option(metavar="A,B,C", show_default=False, help="Recipes, separated by commas.")],
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            show_default=False,
            help="Folder for the runs and the leaderboard. Without it, they are not kept.",
        ),
    ] = None,
    training: TrainingOptions,
    retrieval: RetrievalOptions,
    ranking: RankingOptions,
    reviews: ReviewOptions,
) -> None:
    """Train several models and rank them on one leaderboard with the baselines.

    FOLDER gets one run per model, leaderboard.csv, .json and .md (and .png if matplotlib is installed), and report.html
    as written by `tfrec-dl report` (if jinja2 is installed). After an interruption, the same command continues where it
    stopped and does not retrain finished runs.
    """
    commands = COMMANDS[task.value]
    names = parse_names(models)
    if not names:
        raise InputError(f"--models {models!r} names no model: write for example --models {commands.example}.")
    if out is not None:
        require_writable(out)
    options = refuse_others(task, {Task.RETRIEVAL: (retrieval,), Task.RANKING: (ranking,), Task.REVIEWS: (reviews,)})
    settings = training.settings()
    quiet_tensorflow()
    from tfrec_dl.lifecycle.compare import compare, compare_runs
    from tfrec_dl.recipes.named import recipes_of

    recipes = [commands.recipe(name, settings, options, table) for name in names]
    keeps_seen = task is Task.RETRIEVAL and any(recipe.training.keep_seen for recipe in recipes)
    if out is not None:
        require_only(out, {*recipes_of(task.value), *LEADERBOARD, REPORT}, "a comparison")
    source = commands.source(table, options)
    if out is not None:
        with shown_progress(), commands.naming_options(source), shown_epochs() as shown:
            comparison = compare_runs(recipes, source, out, **shown)
        show(comparison.board, keeps_seen)
        say(f"leaderboard: {', '.join(save(comparison.board, out))}")
        save_report(comparison, out)
        return
    try:
        with (
            interruptions(),
            tempfile.TemporaryDirectory(prefix="tfrec-dl-") as folder,
            shown_progress(),
            commands.naming_options(source),
            shown_epochs() as shown,
        ):
            board = compare(recipes, source, Path(folder), **shown)
    except KeyboardInterrupt as interruption:
        complain("interrupted: without --out nothing is kept")
        raise typer.Exit(status_of(interruption)) from interruption
    show(board, keeps_seen)
