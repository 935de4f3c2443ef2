"""Columns of a table as attributes of a model's items."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from tfrec_dl.arguments import require_type
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.catalogue.columns import missing_values
from tfrec_dl.data.catalogue.feature_kinds import SEPARATOR, Kind
from tfrec_dl.data.tables.reading import TableFile
from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.errors import InputError
from tfrec_dl.names import closest
from tfrec_dl.serving.feature_tables import Table

logger = logging.getLogger(__name__)

KINDS = ("category", "multi_category", "number")
RESERVED = "=<>!"  # comparison operators of conditions


@dataclass(frozen=True, eq=False)
class AttributeColumns:
    """Attributes of items by index; padding and unknown items come first and have no values.

    Attributes:
        size: number of indices.
        kinds: maps attributes to "category", "multi_category" or "number".
        columns: maps attributes to values [size], as in a `Catalogue`.
        named: [size] bool, items that have a row in the table.
    """

    size: int
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    columns: Mapping[str, np.ndarray] = field(default_factory=dict)
    named: np.ndarray = field(default_factory=lambda: np.zeros(0, bool))

    @property
    def description(self) -> str:
        """Names and kinds in words."""
        return ", ".join(f"{name} ({kind})" for name, kind in self.kinds.items()) or "none"

    def values(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Returns the values of a categorical attribute, without duplicates per item.

        Returns:
            Items [n] and values [n] (str), in increasing order of items.
        """
        column = pd.Series(self.columns[name], dtype=object)
        if self.kinds[name] == "multi_category":
            column = column.str.split(SEPARATOR).explode()
        column = column[column != ""]
        pairs = pd.DataFrame({"item": column.index, "value": column.to_numpy()}).drop_duplicates()
        return pairs["item"].to_numpy(), pairs["value"].to_numpy(dtype=object)

    def of_names(self, names: Sequence[str] | None) -> AttributeColumns:
        """Returns only the attributes with these names; all for None."""
        kinds = {name: kind for name, kind in self.kinds.items() if names is None or name in names}
        return replace(self, kinds=kinds, columns={name: self.columns[name] for name in kinds})

    def extended_by(self, other: AttributeColumns) -> AttributeColumns:
        """Appends the items of other columns with the same kinds."""
        columns = {name: np.concatenate([self.columns[name], other.columns[name][FIRST_ITEM:]]) for name in self.kinds}
        return AttributeColumns(self.size + other.size - FIRST_ITEM, self.kinds, columns)

    def updated_by(self, other: AttributeColumns) -> AttributeColumns:
        """Returns a copy with the other's values for the items that it names, and its new attributes; sizes match."""
        columns = dict(self.columns)
        for name, values in other.columns.items():
            old = columns[name] if name in columns else missing_values(other.kinds[name], self.size, (1, 1))
            columns[name] = np.where(other.named, values, old)
        return AttributeColumns(self.size, {**self.kinds, **other.kinds}, columns)

    def of_more(self, table: Table, ids: Sequence[str], id_column: str) -> AttributeColumns:
        """Returns the same attributes for other items; a column missing from the table has no values.

        Args:
            table: table as for `attribute_columns`.
            ids: ids of the items.
            id_column: column of item ids.
        """
        header = header_of(table)
        size = FIRST_ITEM + len(ids)
        nothing = {name: missing_values(kind, size, (1, 1)) for name, kind in self.kinds.items()}
        named = [name for name in self.kinds if name in header]
        found = attribute_columns(table, ids, named, id_column, self.kinds).columns if named else {}
        return AttributeColumns(size, self.kinds, nothing | dict(found))


def attribute_columns(
    table: Table,
    ids: Sequence[str],
    names: Sequence[str] | None = None,
    id_column: str = "item_id",
    kinds: Mapping[str, str] | None = None,
) -> AttributeColumns:
    """Reads the attributes of a model's items from a table.

    Args:
        table: a frame, a CSV or Parquet file, or a `Catalogue`. Items unknown to the model are ignored; items missing
            from the table have no values.
        ids: the model's items, in index order.
        names: columns that become attributes. None uses all with categories, lists of categories, numbers or dates, and
            skips texts, pictures and identifiers.
        id_column: column of item ids.
        kinds: kinds of the columns, as far as known.

    Raises:
        InputError: if the table cannot be read, lacks a column, or knows none of the items; if a column holds pictures;
            or if a name contains `=`, `<`, `>` or `!`.
    """
    catalogue = _read(table, names, id_column, dict(kinds or {}))
    chosen = [name for name, kind in catalogue.kinds.items() if kind in KINDS]
    for name in [name for name in chosen if any(mark in name for mark in RESERVED)]:
        reason = f"attribute {name!r} has a character of conditions ({RESERVED}) in its name: rename the column"
        if names is not None:
            raise InputError(f"{reason}.")
        logger.warning("%s; for now, it is left out", reason)
        chosen.remove(name)
    catalogue.coverage(ids)  # rejects a table of other items
    of_items = catalogue.take(ids)
    columns = {}
    for name in chosen:
        columns[name] = missing_values(of_items.kinds[name], FIRST_ITEM + len(ids), (1, 1))
        columns[name][FIRST_ITEM:] = of_items.columns[name]
    named = np.concatenate([np.zeros(FIRST_ITEM, bool), pd.Index(ids, dtype=object).isin(catalogue.ids)])
    return AttributeColumns(len(named), {name: catalogue.kinds[name] for name in chosen}, columns, named)


def _read(table: Table, names: Sequence[str] | None, id_column: str, kinds: dict[str, Any]) -> Catalogue:
    """Reads only the named columns; those with texts or identifiers become categories."""
    header = header_of(table)
    for name in names or ():
        if name not in header or name == id_column:
            raise InputError(f"no column of items is called {name!r}: {closest(name, header)}")
    kinds = {name: kind for name, kind in kinds.items() if name in header}
    if names is not None:
        kinds |= {name: "ignore" for name in header if name not in (*names, id_column, "")}
    found = _catalogue(table, id_column, kinds)
    for name in names or ():
        if found.kinds.get(name) == "image":
            raise InputError(f"column {name!r} holds pictures, which cannot be attributes: leave it out.")
    unread = [name for name in names or () if found.kinds.get(name) not in KINDS]
    return _catalogue(table, id_column, kinds | dict.fromkeys(unread, "category")) if unread else found


def header_of(table: Table) -> list[str]:
    """Returns the columns of a table, or the features of a catalogue."""
    if isinstance(table, Catalogue):
        return list(table.kinds)
    if isinstance(table, pd.DataFrame):
        return [str(name) for name in table.columns]
    require_type(table, (str, os.PathLike), "the table of items", "give a frame, a path or a Catalogue")
    return TableFile(os.fspath(table)).header


def _catalogue(table: Table, id_column: str, kinds: dict[str, Any]) -> Catalogue:
    if isinstance(table, Catalogue):
        chosen = {name: kinds.get(name, kind) for name, kind in table.kinds.items() if kinds.get(name) != "ignore"}
        return Catalogue(table.ids, chosen, {name: table.columns[name] for name in chosen}, table.ignored)
    if isinstance(table, pd.DataFrame):
        return Catalogue.from_frame(table, id_column, kinds)
    return Catalogue.read(os.fspath(table), id_column, kinds)
