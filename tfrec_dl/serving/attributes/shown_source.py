"""Source of the item columns that answers show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.catalogue.feature_kinds import Kind
from tfrec_dl.data.vocabulary import FIRST_ITEM
from tfrec_dl.errors import InputError
from tfrec_dl.serving.attributes.columns import AttributeColumns, attribute_columns, header_of
from tfrec_dl.serving.feature_tables import Table

MIDNIGHT = " 00:00:00"  # suffix that pandas adds to dates


@dataclass(frozen=True, eq=False)
class ShownSource:
    """A table of items, and its columns that answers show.

    Attributes:
        table: a frame, a CSV or Parquet file, or a `Catalogue`.
        names: columns to show, at least one.
        id_column: column of item ids.
    """

    table: Table
    names: tuple[str, ...]
    id_column: str = "item_id"

    def read(self, ids: Sequence[str]) -> AttributeColumns:
        """Reads the values of a model's items as text, in index order; CSV values are kept as written.

        Raises:
            InputError: if the table cannot be read, lacks a column, or knows none of the items.
        """
        kinds: dict[str, Kind] = dict.fromkeys(self.names, "category")
        table = _as_texts(self.table, self.names) if isinstance(self.table, Catalogue) else self.table
        found = attribute_columns(table, ids, self.names, self.id_column, kinds)
        columns = {
            name: np.array([text.removesuffix(MIDNIGHT) for text in found.columns[name]], dtype=object)
            for name in self.names
        }
        return replace(found, kinds=kinds, columns=columns)


def shown_of_table(old: AttributeColumns, table: Table, ids: Sequence[str], id_column: str) -> AttributeColumns:
    """Reads the shown columns of an export from a table, as far as the table has them.

    Args:
        old: columns that the export holds.
        table: table as for `ShownSource`.
        ids: ids of the items, in index order.
        id_column: column of item ids.

    Raises:
        InputError: as in `ShownSource.read`.
    """
    header = header_of(table)
    names = tuple(name for name in old.kinds if name in header)
    return ShownSource(table, names, id_column).read(ids) if names else AttributeColumns(FIRST_ITEM + len(ids))


def shown_of_more(old: AttributeColumns, table: Table, ids: Sequence[str], id_column: str) -> AttributeColumns:
    """Does the same as `shown_of_table` for additional items; columns missing from the table are empty."""
    found = shown_of_table(old, table, ids, id_column)
    nothing = np.full(found.size, "", dtype=object)
    return replace(found, kinds=old.kinds, columns={name: found.columns.get(name, nothing) for name in old.kinds})


def _as_texts(catalogue: Catalogue, names: Sequence[str]) -> Catalogue:
    """Returns a catalogue in which the numbers of these columns are texts.

    Raises:
        InputError: if a column holds pictures.
    """
    kinds, columns = dict(catalogue.kinds), dict(catalogue.columns)
    for name in names:
        if kinds.get(name) == "image":
            raise InputError(f"column {name!r} holds pictures, which are not text: leave it out, or give the table.")
        if kinds.get(name) == "number":
            kinds[name] = "category"
            columns[name] = np.array([_text(value) for value in columns[name]], dtype=object)
    return Catalogue(catalogue.ids, kinds, columns, catalogue.ignored)


def _text(value: np.float32) -> str:
    """Returns the shortest decimal for this number; "" if it is missing."""
    return "" if np.isnan(value) else str(value).removesuffix(".0")
