"""Source of the attributes of an export's items."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tfrec_dl.errors import InputError
from tfrec_dl.serving.attributes.columns import AttributeColumns, attribute_columns
from tfrec_dl.serving.feature_tables import Table


@dataclass(frozen=True, eq=False)
class AttributeSource:
    """A table of items, and the columns of it that become attributes of an export.

    Attributes:
        table: a frame, a CSV or Parquet file, or a `Catalogue`.
        names: columns that become attributes; None for all with categories, numbers or dates.
        id_column: column of item ids.
        kinds: kinds of the columns, as far as known.
        may_be_none: whether a table without such columns is accepted.
    """

    table: Table
    names: tuple[str, ...] | None = None
    id_column: str = "item_id"
    kinds: Mapping[str, str] = field(default_factory=dict)
    may_be_none: bool = False

    def read(self, ids: Sequence[str]) -> AttributeColumns:
        """Reads the attributes of a model's items, in index order.

        Raises:
            InputError: as in `attribute_columns`, or if no column of the table can be an attribute.
        """
        found = attribute_columns(self.table, ids, self.names, self.id_column, self.kinds)
        if not found.kinds and not self.may_be_none:
            raise InputError(
                "the table of items has no column of categories, numbers or dates: name columns of text instead."
            )
        return found
