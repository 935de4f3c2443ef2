"""Options that name columns of a table of interactions."""

from typing import Annotated, Any

import typer


def column_of(what: str, panel: str | None = None) -> Any:
    """Returns an option that names the column of something.

    Args:
        what: content of the column.
        panel: section of the help; None for the first one.
    """
    return typer.Option(metavar="C", help=f"Column of {what}.", rich_help_panel=panel)


USERS, ITEMS = "user ids", "item ids"
TIMES = 'times; by default "timestamp", if the table has it; otherwise rows are taken in table order'

UserColumn = Annotated[str, column_of(USERS)]
ItemColumn = Annotated[str, column_of(ITEMS)]
TimeColumn = Annotated[str | None, column_of(TIMES)]
