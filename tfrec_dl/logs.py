"""Logging of tables: a text for every handler, and its parts for one that renders it."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class LoggedTable:
    """A table beside the text of a log record, as the record's attribute `table`.

    Attributes:
        title: above it.
        header: of the columns.
        rows: of texts.
        footer: below the columns; none where empty.
        numbers: columns, counted from 0, that are set to the right.
    """

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    footer: Sequence[str] = ()
    numbers: Sequence[int] = ()

    def __str__(self) -> str:
        """Columns of text."""
        lines = [self.header, *self.rows, *([self.footer] if self.footer else [])]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        texts = ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)) for line in lines]
        return "\n".join([self.title, *(text.rstrip() for text in texts)])


def log_table(logger: logging.Logger, table: LoggedTable, **attributes: Any) -> None:
    """Logs a table at level INFO; a handler finds it, and the attributes, on the record."""
    logger.info("%s", table, extra={"table": table, **attributes})
