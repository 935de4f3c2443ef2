"""Titles of items, read from a table of items."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from tfrec_dl.data.tables.reading import TableFile
from tfrec_dl.errors import InputError
from tfrec_dl.names import closest

logger = logging.getLogger(__name__)

USUAL = ("title", "name")  # columns to try if none is named


def item_titles(source: Any, items: Path | str | None = None, column: str | None = None) -> dict[str, str]:
    """Maps item ids to titles; empty if there is no table of items or no title column.

    Args:
        source: source of a run, whose own table of items is used if none is given.
        items: table of items, CSV or Parquet, with the same id column as the interactions.
        column: title column; None for "title" or "name", if the table has one of them.

    Raises:
        InputError: if the table cannot be read or lacks the column.
    """
    path = source.items if items is None else items
    if path is None:
        if column is not None:
            raise InputError(f"the column of titles is {column!r}, but there is no table of items: give items.")
        return {}
    if items is None and not Path(path).exists():
        logger.warning("%s is gone: items are shown by their ids", path)
        return {}
    table = TableFile(path)
    for name in (source.item, *([] if column is None else [column])):
        if name not in table.header:
            raise InputError(f"{path} has no column {name!r}: {closest(name, table.header)}")
    chosen = column or next((name for name in table.header if name.lower() in USUAL and name != source.item), None)
    if chosen is None:
        return {}
    frame = table.read([source.item, chosen], ids=(source.item, chosen))
    frame = frame.dropna()
    return dict(zip(frame[source.item].astype(str), frame[chosen].astype(str), strict=True))
