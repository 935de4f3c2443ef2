"""Logging handler of the command line: lines and tables go to standard output, warnings to standard error."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from rich.markup import escape
from rich.table import Table

from tfrec_dl.cli.console import complain, console, say
from tfrec_dl.logs import LoggedTable


class ConsoleHandler(logging.Handler):
    """Prints log records in readable form."""

    def emit(self, record: logging.LogRecord) -> None:
        """Prints a record."""
        if record.levelno >= logging.WARNING:
            complain(record.getMessage())
            return
        table = getattr(record, "table", None)
        if table is None:
            say(record.getMessage())
        else:
            console().print(_drawn(table))
        whose = getattr(record, "features_of", None)
        if whose is not None:
            say(f"if a kind is wrong: --{whose}-feature NAME=KIND, or NAME=ignore")


@contextmanager
def shown_progress() -> Iterator[None]:
    """Shows the package's log messages inside the block."""
    logger, handler = logging.getLogger("tfrec_dl"), ConsoleHandler()
    before = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False  # other handlers would print it again
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.level, logger.propagate = before


def _drawn(logged: LoggedTable) -> Table:
    table = Table(title=escape(logged.title), show_footer=bool(logged.footer))
    for place, name in enumerate(logged.header):
        footer = escape(logged.footer[place]) if logged.footer else ""
        table.add_column(escape(name), footer=footer, justify="right" if place in logged.numbers else "left")
    for row in logged.rows:
        table.add_row(*map(escape, row))
    return table
