"""The command `tfrec-dl evaluate`."""

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from tfrec_dl.cli.tasks import COMMANDS
from tfrec_dl.errors import InputError
from tfrec_dl.quiet import quiet_tensorflow


class Part(str, Enum):
    """The held-out part to evaluate on."""

    VALIDATION = "validation"
    TEST = "test"


def evaluate(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", show_default=False, help="Folder of a finished run.")],
    split: Annotated[Part, typer.Option(help="Held-out part to evaluate on.")] = Part.TEST,
    keep_seen: Annotated[
        bool | None,
        typer.Option(
            "--keep-seen/--mask-seen",
            show_default=False,
            help="Whether items in the history can be recommended; by default as in training.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER",
            show_default=False,
            help="For a ranking run: folder for the reliability table; by default RUN.",
        ),
    ] = None,
) -> None:
    """Evaluate a finished run again on its data.

    Ranks the whole catalogue, counts ties against the model, and leaves out items of the history unless --keep-seen is
    given or was used in training. A run on a cold-start split also has metrics for warm and for cold items.

    For a run on reviews, the metrics are the errors of the predicted ratings.

    For a ranking run, the metrics are those of the impressions. RUN gets reliability_test.md, which compares predicted
    and observed click rates, and a picture of it if matplotlib is installed.
    """
    quiet_tensorflow()
    from tfrec_dl.families.run import open_run

    run = open_run(run_folder)
    run.metrics()  # rejects an unfinished run
    if not Path(run.source.path).exists():
        raise InputError(f"{run.source.path}, which {run_folder} was trained on, is gone: bring it back.")
    reason = run.recipe.family.why_not_measured(run, split.value)
    if reason is not None:
        raise InputError(reason)
    COMMANDS[run.recipe.family.task.name].evaluate(run, split.value, keep_seen, as_json, out)
