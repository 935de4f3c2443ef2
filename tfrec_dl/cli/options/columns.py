"""Options that name the columns of a table of interactions."""

from typing import Annotated, Any

import typer


def column_of(what: str, panel: str | None = None) -> Any:
    """An option that names the column of something.

    Args:
        what: is in the column.
        panel: of the help that it stands in; None for the first one.
    """
    return typer.Option(metavar="C", help=f"Column of {what}.", rich_help_panel=panel)


USERS, ITEMS = "user ids", "item ids"
TIMES = 'times; by default "timestamp", where the table has it, else the order is the table\'s'

UserColumn = Annotated[str, column_of(USERS)]
ItemColumn = Annotated[str, column_of(ITEMS)]
TimeColumn = Annotated[str | None, column_of(TIMES)]
