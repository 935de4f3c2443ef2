"""Logs tables as text for every handler, and as parts for handlers that render them."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class LoggedTable:
    """A table attached to a log record as its attribute `table`, in addition to the text.

    Attributes:
        title: title above the table.
        header: column names.
        rows: rows of texts.
        footer: footer below the columns; empty for none.
        numbers: columns, counted from 0, that are right-aligned.
    """

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    footer: Sequence[str] = ()
    numbers: Sequence[int] = ()

    def __str__(self) -> str:
        """Formats the table as columns of text."""
        lines = [self.header, *self.rows, *([self.footer] if self.footer else [])]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        texts = ["  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)) for line in lines]
        return "\n".join([self.title, *(text.rstrip() for text in texts)])


def log_table(logger: logging.Logger, table: LoggedTable, **attributes: Any) -> None:
    """Logs a table at level INFO; a handler finds it, and the attributes, on the record."""
    logger.info("%s", table, extra={"table": table, **attributes})
