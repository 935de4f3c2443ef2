"""`tfrec-dl export`, `tfrec-dl add-items` and `tfrec-dl update-items`."""

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from tfrec_dl.cli.comma_lists import parse_names
from tfrec_dl.cli.console import say
from tfrec_dl.cli.folders import require_writable
from tfrec_dl.cli.progress import shown_progress
from tfrec_dl.cli.tasks import COMMANDS
from tfrec_dl.cli.tasks.task import FirstStage
from tfrec_dl.quiet import quiet_tensorflow


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
    k_max: Annotated[int, typer.Option(metavar="N", help="Length of the longest list of recommendations.")] = 100,
    items: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            show_default=False,
            help="Table of items, CSV (also gzip) or Parquet, whose columns requests can set conditions on; by default "
            "the one of the training.",
        ),
    ] = None,
    attributes: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES",
            show_default=False,
            help="Its columns that become attributes, separated by commas; by default those of categories, numbers and "
            "dates.",
        ),
    ] = None,
    show: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES",
            show_default=False,
            help="Its columns that come back in answers, as title,year: commands print them, and requests get them.",
        ),
    ] = None,
    id_column: Annotated[str, typer.Option(metavar="C", help="With --items: its column of item ids.")] = "item_id",
    index: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="How the best items are searched: exact, or ivf, in lists of like items, for large catalogues and "
            "networks, with counts or without.",
        ),
    ] = "exact",
    recall: Annotated[
        float,
        typer.Option(metavar="R", help="With --index ivf: share of the exact ten best items that is to be found."),
    ] = 0.95,
    counts: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            show_default=False,
            help="Of a network with counts, or a stack: table of interactions as it is now, from which transitions are "
            "counted anew. Give the training's own to add what was held out to validate and test on.",
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

    Writes DEST/VERSION, the next free number, with its warm-up requests and a model card. Needs the run only, and with
    --index ivf its data; attributes of the items are those of the training's table of items, where it can still be
    read, or of --items. A ranking run ranks given candidates; with --retrieval it also ranks what the retrieval finds,
    in one model.
    """
    require_writable(dest)
    quiet_tensorflow()
    from tfrec_dl.families.export_options import ExportOptions
    from tfrec_dl.families.run import open_run
    from tfrec_dl.serving.ivf.request import EXACT

    run = open_run(run_folder)
    names = attribute_names(attributes)
    shown = attribute_names(show) or ()
    options = ExportOptions(k_max, keep_seen, anonymous_users, items, id_column, names, shown, index, recall, counts)
    first_stage = FirstStage(retrieval, candidates, k) if retrieval else None
    with nullcontext() if index == EXACT else shown_progress():  # an approximate search takes its time
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


def update_items(
    dest: Annotated[Path, typer.Argument(metavar="DEST", show_default=False, help="Folder of an export.")],
    items: Annotated[
        Path,
        typer.Option(
            metavar="PATH", show_default=False, help="Table of items and their values, CSV (also gzip) or Parquet."
        ),
    ],
    attributes: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES", show_default=False, help="Its columns that are taken, separated by commas; by default all."
        ),
    ] = None,
    id_column: Annotated[str, typer.Option(metavar="C", help="Column of item ids.")] = "item_id",
) -> None:
    """Give the items of an export other attributes, such as today's stock and prices.

    Writes DEST/VERSION, the next free number. Items that the table does not name, and attributes that it does not have,
    stay as they are; new columns become new attributes. Nothing is trained.
    """
    quiet_tensorflow()
    from tfrec_dl.serving.update_items import update_items

    version = update_items(dest, items, attribute_names(attributes), id_column)
    say(f"updated the attributes of the items of {items}: {version}")


def attribute_names(text: str | None) -> tuple[str, ...] | None:
    """The names that are given; None for all."""
    return None if text is None else tuple(parse_names(text))
