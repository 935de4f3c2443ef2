"""Where the columns come from that answers show of items."""

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

MIDNIGHT = " 00:00:00"  # what pandas adds to days


@dataclass(frozen=True, eq=False)
class ShownSource:
    """A table of items, and the columns of it that answers show.

    Attributes:
        table: a frame, a CSV or Parquet file, or a `Catalogue`.
        names: the columns, at least one.
        id_column: column of ids.
    """

    table: Table
    names: tuple[str, ...]
    id_column: str = "item_id"

    def read(self, ids: Sequence[str]) -> AttributeColumns:
        """The values of a model's items as text, in index order; in CSV as they stand there.

        Raises:
            InputError: if the table cannot be read, lacks a column or knows none of the items.
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
    """The shown columns of an export, as far as a table has them.

    Args:
        old: what the export holds.
        table: as for `ShownSource`.
        ids: the items, in index order.
        id_column: column of ids.

    Raises:
        InputError: as `ShownSource.read`.
    """
    header = header_of(table)
    names = tuple(name for name in old.kinds if name in header)
    return ShownSource(table, names, id_column).read(ids) if names else AttributeColumns(FIRST_ITEM + len(ids))


def shown_of_more(old: AttributeColumns, table: Table, ids: Sequence[str], id_column: str) -> AttributeColumns:
    """As `shown_of_table`, of further items; columns that the table lacks are empty."""
    found = shown_of_table(old, table, ids, id_column)
    nothing = np.full(found.size, "", dtype=object)
    return replace(found, kinds=old.kinds, columns={name: found.columns.get(name, nothing) for name in old.kinds})


def _as_texts(catalogue: Catalogue, names: Sequence[str]) -> Catalogue:
    """A catalogue whose numbers, of these columns, are texts.

    Raises:
        InputError: for a column of pictures.
    """
    kinds, columns = dict(catalogue.kinds), dict(catalogue.columns)
    for name in names:
        if kinds.get(name) == "image":
            raise InputError(f"column {name!r} holds pictures, which are no texts: leave it out, or give the table.")
        if kinds.get(name) == "number":
            kinds[name] = "category"
            columns[name] = np.array([_text(value) for value in columns[name]], dtype=object)
    return Catalogue(catalogue.ids, kinds, columns, catalogue.ignored)


def _text(value: np.float32) -> str:
    """The shortest decimal that is this number; "" for none."""
    return "" if np.isnan(value) else str(value).removesuffix(".0")
