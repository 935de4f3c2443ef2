"""Titles of items, from a table of them."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from tfrec_dl.data.tables.reading import TableFile
from tfrec_dl.errors import InputError
from tfrec_dl.names import closest

logger = logging.getLogger(__name__)

USUAL = ("title", "name")  # columns that are taken where none is named


def item_titles(source: Any, items: Path | str | None = None, column: str | None = None) -> dict[str, str]:
    """Item id -> title; nothing where there is no table of items, or no column of titles.

    Args:
        source: of a run, whose own table of items is taken where none is given.
        items: table of items, CSV or Parquet, its ids in the same column as in the interactions.
        column: of titles; None takes "title" or "name", where the table has it.

    Raises:
        InputError: if the table cannot be read or lacks the column.
    """
    path = source.items if items is None else items
    if path is None:
        if column is not None:
            raise InputError(f"the column of titles is {column!r}, of no table of items: give items.")
        return {}
    if items is None and not Path(path).exists():
        logger.warning("%s is gone: items go by their ids", path)
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
