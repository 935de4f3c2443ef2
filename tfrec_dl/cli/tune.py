"""The command `tfrec-dl tune`."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tfrec_dl.cli.console import console, say
from tfrec_dl.cli.folders import require_writable
from tfrec_dl.cli.options.common import ModelOption, TableOptions, Task, TaskOption, TrainingOptions, refuse_others
from tfrec_dl.cli.options.groups import grouped
from tfrec_dl.cli.options.ranking import RankingOptions
from tfrec_dl.cli.options.retrieval import RetrievalOptions
from tfrec_dl.cli.options.reviews import ReviewOptions
from tfrec_dl.cli.progress import shown_progress
from tfrec_dl.cli.tasks import COMMANDS
from tfrec_dl.cli.tasks.retrieval import AUTO
from tfrec_dl.errors import InputError
from tfrec_dl.quiet import quiet_tensorflow

if TYPE_CHECKING:
    from tfrec_dl.recipes.search_space import Searched

FIXED = "fixed"


@grouped
def tune(
    *,
    task: TaskOption = Task.RETRIEVAL,
    table: TableOptions,
    model: ModelOption = None,
    out: Annotated[Path, typer.Option(metavar="STUDY", show_default=False, help="Folder of the study.")],
    trials: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            show_default=False,
            help="Total number of trials; the first uses the settings as given. By default 30.",
        ),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(
            metavar="N",
            show_default=False,
            help="Start no trial after this many minutes. Without --trials, there is no limit on their number.",
        ),
    ] = None,
    search: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=RANGE",
            show_default=False,
            help="Values to try for a setting: dropout=0.1:0.6, learning_rate=1e-4:1e-2:log or blocks=0,1,2. "
            "Repeatable. Other settings are searched as their parts declare; --set or KEY=fixed excludes a "
            "setting.",
        ),
    ] = None,
    jobs: Annotated[
        int,
        typer.Option(
            metavar="N", help="Number of processes that train trials in parallel, each with the table in memory."
        ),
    ] = 1,
    training: TrainingOptions,
    retrieval: RetrievalOptions,
    ranking: RankingOptions,
    reviews: ReviewOptions,
) -> None:
    """Search for better settings of a recipe on validation data, and measure the best run on the test part.

    STUDY gets study.db, trials.csv, the run of the best trial in best, and pictures if matplotlib is installed. A trial
    is pruned if it is worse than others at the same epoch. After an interruption, the same command continues. If it is
    started twice, both processes work on the same study.
    """
    require_writable(out)
    options = refuse_others(task, {Task.RETRIEVAL: (retrieval,), Task.RANKING: (ranking,), Task.REVIEWS: (reviews,)})
    settings, commands = training.settings(), COMMANDS[task.value]
    quiet_tensorflow()
    from tfrec_dl.lifecycle.tuning.tune import tune

    if model == AUTO:
        settings = {"training.refit": False, **settings}  # advice may be to refit, which is for later
    asked = _searched(search or (), settings)
    recipe = commands.recipe(model, settings, options, table)
    source = commands.source(table, options)
    with shown_progress(), commands.naming_options(source):
        tuned = tune(recipe, source, out, trials, minutes, asked, jobs)
    if tuned is None:
        return
    from tfrec_dl.cli.reports.tuning import show_tuned

    show_tuned(tuned, recipe)
    console().print(commands.metric_table(tuned.run))
    say(f"trials: {out / 'trials.csv'}; the best run: {tuned.run.folder}")
    say(f"next: tfrec-dl export {tuned.run.folder} DEST")


def _searched(texts: Iterable[str], settings: Mapping[str, object]) -> "dict[str, Searched | None]":
    """Maps each setting to the values to try; None for settings that stay fixed.

    Raises:
        InputError: if a text is not a range, or a setting is both fixed and searched.
    """
    from tfrec_dl.recipes.search_space import parse_search

    found: dict[str, Searched | None] = dict.fromkeys(settings)
    for text in texts:
        name, equals, values = (part.strip() for part in text.partition("="))
        if not (equals and name and values):
            raise InputError(f"--search {text!r:.80} is not KEY=RANGE: write for example --search dropout=0.1:0.6.")
        if name in settings:
            raise InputError(f"--search {text!r:.80}: {name} is also set to {settings[name]!r:.80}; leave one out.")
        found[name] = None if values == FIXED else parse_search(values)
    return found
