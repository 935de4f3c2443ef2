"""The command `tfrec-dl train`."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tfrec_dl.cli.console import console, say
from tfrec_dl.cli.epochs import shown_epochs
from tfrec_dl.cli.folders import require_run, require_writable
from tfrec_dl.cli.options.common import ModelOption, TableOptions, Task, TaskOption, TrainingOptions, refuse_others
from tfrec_dl.cli.options.devices import DeviceOptions, StrategyChoice, open_devices, restarting
from tfrec_dl.cli.options.groups import grouped
from tfrec_dl.cli.options.ranking import RankingOptions
from tfrec_dl.cli.options.retrieval import RetrievalOptions
from tfrec_dl.cli.options.reviews import ReviewOptions
from tfrec_dl.cli.progress import shown_progress
from tfrec_dl.cli.tasks import COMMANDS
from tfrec_dl.errors import InputError
from tfrec_dl.quiet import quiet_tensorflow

if TYPE_CHECKING:
    from tfrec_dl.recipes.recipe import Recipe


@grouped
def train(
    *,
    task: TaskOption = Task.RETRIEVAL,
    table: TableOptions,
    model: ModelOption = None,
    out: Annotated[Path, typer.Option(metavar="RUN", show_default=False, help="Folder of the run.")],
    start: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="RUN",
            show_default=False,
            help="Continue from a finished run of a network, with its settings, for a fifth of its epochs, on the "
            "current table.",
        ),
    ] = None,
    training: TrainingOptions,
    retrieval: RetrievalOptions,
    devices: DeviceOptions,
    ranking: RankingOptions,
    reviews: ReviewOptions,
) -> None:
    """Train a model on a table of interactions, impressions or reviews.

    RUN gets config.json, metrics.json, history.csv, checkpoints and TensorBoard logs. The run of a stack, or of a
    network with counts, also holds one run per member; the run of adversarial training holds the earlier run of its
    generator. After an interruption, the same command continues. If RUN is finished, the command says so and changes
    nothing.
    """
    require_writable(out)
    require_run(out)
    options = refuse_others(
        task, {Task.RETRIEVAL: (retrieval, devices), Task.RANKING: (ranking,), Task.REVIEWS: (reviews,)}
    )
    settings, commands = training.settings(), COMMANDS[task.value]
    quiet_tensorflow()
    from tfrec_dl.lifecycle.compare import refuse_other_recipe
    from tfrec_dl.lifecycle.train import train
    from tfrec_dl.runs.strategies import is_chief

    recipe = commands.recipe(model, settings, options, table) if start is None else _warm(start, model, task, settings)
    refuse_other_recipe(recipe, out)
    source = commands.source(table, options)
    strategy = open_devices(devices, out)
    if strategy is None:
        return
    watched = shown_epochs(steps=devices.strategy is StrategyChoice.NONE)
    with shown_progress(), commands.naming_options(source), restarting(out), watched as shown:
        run = train(recipe, source, out, strategy=strategy, **shown)
    if not is_chief(strategy):
        say(f"this worker is done; the chief measures the model and finishes {out}")
        return
    console().print(commands.metric_table(run))
    family = run.recipe.family
    for line in family.outcome(run):
        say(line)
    say(f"metrics: {out / 'metrics.json'}; {family.where(run)}")
    say(f"next: tfrec-dl evaluate {out}, or tfrec-dl export {out} DEST")


def _warm(start: Path, model: str | None, task: Task, settings: Mapping[str, Any]) -> "Recipe":
    """Returns the recipe that continues from a run."""
    from tfrec_dl.lifecycle.warm_start import warm_recipe

    recipe = warm_recipe(start, settings)
    if model not in (None, recipe.name) or task is not Task.RETRIEVAL:
        asked = f"--model {model}" if task is Task.RETRIEVAL else f"--task {task.value}"
        raise InputError(
            f"--from {start} is a run of {recipe.name!r}, which training continues with: leave {asked} out."
        )
    return recipe
