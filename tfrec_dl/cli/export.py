"""`tfrec-dl export` and `tfrec-dl add-items`."""

from pathlib import Path
from typing import Annotated

import typer

from tfrec_dl.cli.console import say
from tfrec_dl.cli.folders import require_writable
from tfrec_dl.cli.quiet import quiet_tensorflow
from tfrec_dl.cli.tasks import COMMANDS
from tfrec_dl.cli.tasks.task import FirstStage


def export(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", show_default=False, help="Folder of a finished run.")],
    dest: Annotated[Path, typer.Argument(metavar="DEST", show_default=False, help="Folder of the versions.")],
    retrieval: Annotated[
        Path | None,
        typer.Option(
            metavar="RUN", show_default=False, help="Of a ranking run: the retrieval run that finds its candidates."
        ),
    ] = None,
    candidates: Annotated[
        int, typer.Option(metavar="N", help="With --retrieval: how many items are found, and then ranked.")
    ] = 100,
    k: Annotated[int, typer.Option("-k", metavar="K", help="With --retrieval: how many of them are given.")] = 10,
    keep_seen: Annotated[
        bool | None,
        typer.Option(
            "--keep-seen/--mask-seen",
            show_default=False,
            help="Whether items of the history are recommended again; by default as in the training.",
        ),
    ] = None,
    anonymous_users: Annotated[
        bool,
        typer.Option(
            "--anonymous-users",
            help="Leave the ids and features of the users out of the export: each is served as a new user. Exports of "
            "retrieval runs hold none anyway.",
        ),
    ] = False,
) -> None:
    """Export a finished run as a SavedModel for TF Serving.

    Writes DEST/VERSION, the next free number, with its warm-up requests and a model card. Needs the run only, not its
    data. A ranking run ranks given candidates; with --retrieval it also ranks what the retrieval finds, in one model.
    """
    require_writable(dest)
    quiet_tensorflow()
    from tfrec_dl.families.export_options import ExportOptions
    from tfrec_dl.families.run import open_run

    run = open_run(run_folder)
    options = ExportOptions(keep_seen=keep_seen, anonymous_users=anonymous_users)
    first_stage = FirstStage(retrieval, candidates, k) if retrieval else None
    COMMANDS[run.recipe.family.task.name].export(run, dest, options, first_stage)


def add_items(
    dest: Annotated[Path, typer.Argument(metavar="DEST", show_default=False, help="Folder of an export.")],
    items: Annotated[
        Path,
        typer.Option(
            metavar="PATH", show_default=False, help="Table of the new items' features, CSV (also gzip) or Parquet."
        ),
    ],
    id_column: Annotated[str, typer.Option(metavar="C", help="Column of item ids.")] = "item_id",
) -> None:
    """Add new items to an export of a content or hybrid model.

    Writes DEST/VERSION, the next free number, which recommends the new items by their features. Nothing is trained, and
    neither the run nor its data is needed.
    """
    quiet_tensorflow()
    from tfrec_dl.retrieval.serving.add_items import add_items

    version = add_items(dest, items, id_column)
    say(f"added the items of {items}: {version}")
    say(f"its model card, which names them: {version / 'assets.extra' / 'model_card.md'}")
