"""Options of retrieval, and the recipe and source that they describe."""

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
PREPARED_OPTIONS = ("--data", "--split", "--kind", "--keep-seen")  # which apply to a prepared folder too


class Kind(str, Enum):
    """What a model knows an item by."""

    BEHAVIOUR = "behaviour"
    CONTENT = "content"
    HYBRID = "hybrid"


class RepeatedPairs(str, Enum):
    """What becomes of a user's further interactions with an item."""

    KEEP = "keep"
    FIRST = "first"
    LAST = "last"
    ERROR = "error"


@dataclass(frozen=True)
class RetrievalOptions:
    """What only retrieval has."""

    min_count: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=1,
            help="Training interactions that an item needs; rarer ones are unknown to the model.",
            rich_help_panel=PANEL,
        ),
    ] = 1
    keep_seen: Annotated[
        bool,
        typer.Option(
            "--keep-seen",
            help="Items of the history can be recommended again: in validation, in the metrics, in the export.",
            rich_help_panel=PANEL,
        ),
    ] = False
    duplicates: Annotated[
        RepeatedPairs,
        typer.Option(
            help="A user's further interactions with an item: keep all, only the first, only the last, or an error.",
            rich_help_panel=PANEL,
        ),
    ] = RepeatedPairs.KEEP
    kind: Annotated[
        Kind | None,
        typer.Option(
            show_default=False,
            help="What an item is known by: its id, its features, or both. By default both where --items is given.",
            rich_help_panel=PANEL,
        ),
    ] = None


def prepared_source(table: TableOptions, options: RetrievalOptions) -> "PreparedSource | None":
    """The source where the data are a prepared folder; None where they are a table.

    Raises:
        InputError: for options that a prepared folder does not have, or one that is not finished.
    """
    from tfrec_dl.data.prepared.source import PreparedSource
    from tfrec_dl.data.source_given import is_prepared

    if not is_prepared(table.data):
        return None

    foreign = [name for name in (*given(table), *given(options)) if name not in PREPARED_OPTIONS]
    if foreign or table.split not in (None, SplitName.LEAVE_LAST_OUT):
        raise InputError(
            f"{(foreign or ['--split'])[0]} is for a table, and {table.data} is a prepared folder, whose columns and "
            "split are settled: leave it out, or give the table."
        )
    return PreparedSource(table.data)


def retrieval_source(table: TableOptions, options: RetrievalOptions) -> "DataSource":
    """The source of the table.

    Raises:
        InputError: for kinds of features that are none.
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
