"""Retrieval options, and the recipe and source that they describe."""

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Annotated

import typer

from tfrec_dl.cli.options.common import SplitName, TableOptions
from tfrec_dl.cli.options.groups import given
from tfrec_dl.errors import InputError

if TYPE_CHECKING:
    from tfrec_dl.data.prepared.source import PreparedSource
    from tfrec_dl.data.source import DataSource

PANEL = "With --task retrieval"
PREPARED_OPTIONS = ("--data", "--split", "--kind", "--keep-seen")  # options that also apply to a prepared folder


class Kind(str, Enum):
    """What a model uses to represent an item."""

    BEHAVIOUR = "behaviour"
    CONTENT = "content"
    HYBRID = "hybrid"


class RepeatedPairs(str, Enum):
    """How repeated interactions of a user with the same item are treated."""

    KEEP = "keep"
    FIRST = "first"
    LAST = "last"
    ERROR = "error"


@dataclass(frozen=True)
class RetrievalOptions:
    """Options that only retrieval has."""

    min_count: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=1,
            help="Minimum number of training interactions of an item; rarer items are unknown to the model.",
            rich_help_panel=PANEL,
        ),
    ] = 1
    keep_seen: Annotated[
        bool,
        typer.Option(
            "--keep-seen",
            help="Allow items in the history to be recommended again: in validation, in the metrics and in the export.",
            rich_help_panel=PANEL,
        ),
    ] = False
    duplicates: Annotated[
        RepeatedPairs,
        typer.Option(
            help="Repeated interactions of a user with an item: keep all, keep only the first, keep only the last, or "
            "raise an error.",
            rich_help_panel=PANEL,
        ),
    ] = RepeatedPairs.KEEP
    kind: Annotated[
        Kind | None,
        typer.Option(
            show_default=False,
            help="What represents an item: its id (behaviour), its features (content), or both (hybrid). By default "
            "both if --items is given.",
            rich_help_panel=PANEL,
        ),
    ] = None


def prepared_source(table: TableOptions, options: RetrievalOptions) -> "PreparedSource | None":
    """Returns the source if the data is a prepared folder; None if it is a table.

    Raises:
        InputError: if an option does not apply to prepared folders, or the folder is not finished.
    """
    from tfrec_dl.data.prepared.source import PreparedSource
    from tfrec_dl.data.source_given import is_prepared

    if not is_prepared(table.data):
        return None

    foreign = [name for name in (*given(table), *given(options)) if name not in PREPARED_OPTIONS]
    if foreign or table.split not in (None, SplitName.LEAVE_LAST_OUT):
        raise InputError(
            f"{(foreign or ['--split'])[0]} is for a table, but {table.data} is a prepared folder, whose columns and "
            "split are fixed: leave it out, or give the table."
        )
    return PreparedSource(table.data)


def retrieval_source(table: TableOptions, options: RetrievalOptions) -> "DataSource":
    """Returns the source for the table.

    Raises:
        InputError: if a kind of feature does not exist.
    """
    from tfrec_dl.data.source import DataSource

    return DataSource(
        table.data,
        table.user_column,
        table.item_column,
        table.time_column,
        table.rating_column,
        split=(table.split or SplitName.LEAVE_LAST_OUT).value,
        min_count=options.min_count,
        items=table.items,
        item_kinds=table.item_kinds(),
        users=table.users,
        user_kinds=table.user_kinds(),
        duplicates=options.duplicates.value,
        image_folder=table.image_folder,
    )
