"""`tfrec-dl evaluate`."""

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from tfrec_dl.cli.tasks import COMMANDS
from tfrec_dl.errors import InputError
from tfrec_dl.quiet import quiet_tensorflow


class Part(str, Enum):
    """Which held-out part to evaluate on."""

    VALIDATION = "validation"
    TEST = "test"


def evaluate(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", show_default=False, help="Folder of a finished run.")],
    split: Annotated[Part, typer.Option(help="Which held-out cases.")] = Part.TEST,
    keep_seen: Annotated[
        bool | None,
        typer.Option(
            "--keep-seen/--mask-seen",
            show_default=False,
            help="Whether items of the history can be recommended; by default as in the training.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", show_default=False, help="Of a ranking run: gets the reliability table; by default RUN."
        ),
    ] = None,
) -> None:
    """Evaluate a finished run anew on its data.

    Full ranking over the whole catalogue, ties counted against the model, items of the history left out unless
    --keep-seen is given or was in training. A run on a cold-start split has metrics of warm and of cold items too.

    Of a run of reviews the metrics are the errors of the predicted ratings.

    Of a ranking run the metrics are those of the impressions. RUN gets reliability_test.md, predicted beside observed
    click rates, and its picture where matplotlib is installed.
    """
    quiet_tensorflow()
    from tfrec_dl.families.run import open_run

    run = open_run(run_folder)
    run.metrics()  # refuses a run that is not finished
    if not Path(run.source.path).exists():
        raise InputError(f"{run.source.path}, which {run_folder} was trained on, is gone: bring it back.")
    reason = run.recipe.family.why_not_measured(run, split.value)
    if reason is not None:
        raise InputError(reason)
    COMMANDS[run.recipe.family.task.name].evaluate(run, split.value, keep_seen, as_json, out)
