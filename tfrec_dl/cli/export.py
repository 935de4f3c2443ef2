"""The commands `tfrec-dl export`, `tfrec-dl add-items` and `tfrec-dl update-items`."""

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
    dest: Annotated[
        Path, typer.Argument(metavar="DEST", show_default=False, help="Folder of the export, which gets a new version.")
    ],
    retrieval: Annotated[
        Path | None,
        typer.Option(
            metavar="RUN", show_default=False, help="For a ranking run: the retrieval run that finds its candidates."
        ),
    ] = None,
    candidates: Annotated[
        int, typer.Option(metavar="N", help="With --retrieval: number of items to find and rank.")
    ] = 100,
    k: Annotated[int, typer.Option("-k", metavar="K", help="With --retrieval: number of ranked items to return.")] = 10,
    keep_seen: Annotated[
        bool | None,
        typer.Option(
            "--keep-seen/--mask-seen",
            show_default=False,
            help="Whether items in the history can be recommended again; by default as in training.",
        ),
    ] = None,
    k_max: Annotated[int, typer.Option(metavar="N", help="Length of the longest list of recommendations.")] = 100,
    items: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            show_default=False,
            help="Table of items, CSV (also gzip) or Parquet, whose columns requests can use in conditions; by default "
            "the one used in training.",
        ),
    ] = None,
    attributes: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES",
            show_default=False,
            help="Columns of the table of items that become attributes, separated by commas; by default those with "
            "categories, numbers or dates.",
        ),
    ] = None,
    show: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES",
            show_default=False,
            help="Columns of the table of items that answers include, for example title,year: commands print them, and "
            "requests get them.",
        ),
    ] = None,
    id_column: Annotated[
        str, typer.Option(metavar="C", help="With --items: column of item ids in that table.")
    ] = "item_id",
    index: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="How to search for the best items: exact, or ivf, which searches lists of similar items. ivf is for "
            "large catalogues and for networks, with or without transition counts.",
        ),
    ] = "exact",
    recall: Annotated[
        float,
        typer.Option(
            metavar="R", help="With --index ivf: share of the ten best items of an exact search that it must find."
        ),
    ] = 0.95,
    counts: Annotated[
        Path | None,
        typer.Option(
            metavar="PATH",
            show_default=False,
            help="For a network with transition counts, or a stack: current table of interactions, from which "
            "transitions are counted again. Give the training table itself to include what was held out for "
            "validation and test.",
        ),
    ] = None,
    anonymous_users: Annotated[
        bool,
        typer.Option(
            "--anonymous-users",
            help="Leave user ids and user features out of the export, so that everybody is served as a new user. "
            "Exports of retrieval runs never hold them.",
        ),
    ] = False,
) -> None:
    """Export a finished run as a SavedModel for TF Serving.

    Writes DEST/VERSION, where VERSION is the next free number, with warm-up requests and a model card. Needs only the
    run, plus its data for --index ivf. Item attributes come from --items, or from the table of items used in training
    if it can still be read. A ranking run ranks given candidates; with --retrieval, the same model also ranks what the
    retrieval run finds.
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
    with nullcontext() if index == EXACT else shown_progress():  # an approximate search takes a while to build
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

    Writes DEST/VERSION, where VERSION is the next free number. The new version recommends the new items based on their
    features. Nothing is trained, and neither the run nor its data is needed.
    """
    quiet_tensorflow()
    from tfrec_dl.retrieval.serving.add_items import add_items

    version = add_items(dest, items, id_column)
    say(f"added the items of {items}: {version}")
    say(f"its model card, which lists them: {version / 'assets.extra' / 'model_card.md'}")


def update_items(
    dest: Annotated[Path, typer.Argument(metavar="DEST", show_default=False, help="Folder of an export.")],
    items: Annotated[
        Path,
        typer.Option(
            metavar="PATH",
            show_default=False,
            help="Table of items and their new attribute values, CSV (also gzip) or Parquet.",
        ),
    ],
    attributes: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES",
            show_default=False,
            help="Columns of the table to take, separated by commas; by default all.",
        ),
    ] = None,
    id_column: Annotated[str, typer.Option(metavar="C", help="Column of item ids.")] = "item_id",
) -> None:
    """Update the attributes of an export's items, such as stock and prices.

    Writes DEST/VERSION, where VERSION is the next free number. Items and attributes that are not in the table keep
    their values; new columns become new attributes. Nothing is trained.
    """
    quiet_tensorflow()
    from tfrec_dl.serving.update_items import update_items

    version = update_items(dest, items, attribute_names(attributes), id_column)
    say(f"updated the attributes of the items of {items}: {version}")


def attribute_names(text: str | None) -> tuple[str, ...] | None:
    """Returns the given names, or None for all."""
    return None if text is None else tuple(parse_names(text))
