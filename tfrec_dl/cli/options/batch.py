"""Options of `recommend` that apply to many users at once."""

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from tfrec_dl.cli.options.columns import ITEMS, TIMES, USERS, column_of

PANEL = "Many users at once"


class LayoutName(str, Enum):
    """What one row of the output holds."""

    LONG = "long"
    LISTS = "lists"


@dataclass(frozen=True)
class BatchOptions:
    """The table of histories and the output file of recommendations."""

    histories: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH",
            show_default=False,
            help="Recommend to every user in this table of interactions: CSV (also gzip) or Parquet, as a file, a "
            "folder or a glob. Repeatable.",
            rich_help_panel=PANEL,
        ),
    ] = None
    users: Annotated[
        str | None,
        typer.Option(
            metavar="PATH",
            show_default=False,
            help="Recommend only to the users in this table, which has one row per user. Their histories are those in "
            "--histories; users without one are new.",
            rich_help_panel=PANEL,
        ),
    ] = None
    rule_columns: Annotated[
        str,
        typer.Option(
            metavar="NAMES",
            show_default=False,
            help="Columns of --users with rules for each user, separated by commas: only, must, must_not, exclude, "
            "boost, diversity, at_most, pin, keep_seen, min_score.",
            rich_help_panel=PANEL,
        ),
    ] = ""
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            show_default=False,
            help="File to write: .parquet, .csv, .tsv or .csv.gz.",
            rich_help_panel=PANEL,
        ),
    ] = None
    layout: Annotated[
        LayoutName,
        typer.Option(help="One row per user and place, or one row per user with lists.", rich_help_panel=PANEL),
    ] = LayoutName.LONG
    processes: Annotated[
        int,
        typer.Option(
            metavar="N",
            help="Number of processes. Each holds the export in memory, and they share the cores.",
            rich_help_panel=PANEL,
        ),
    ] = 1
    user_column: Annotated[str, column_of(USERS, PANEL)] = "user_id"
    item_column: Annotated[str, column_of(ITEMS, PANEL)] = "item_id"
    time_column: Annotated[str | None, column_of(TIMES, PANEL)] = None
