"""Names of the columns to read from a table."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from tfrec_dl.arguments import require_type
from tfrec_dl.errors import InputError
from tfrec_dl.names import nearest

OPTIONAL_NAMES = {"time": "timestamp", "rating": "rating", "weight": "weight"}


@dataclass(frozen=True)
class Columns:
    """Column names: which column holds users, items, times, ratings and weights.

    Attributes:
        user: column of user ids.
        item: column of item ids.
        time: column of times; None reads "timestamp" if the table has it and it has no other role.
        rating: column of ratings; None reads "rating" under the same conditions.
        weight: column of weights; None reads "weight" under the same conditions.

    Raises:
        InputError: if one column is given two roles.
    """

    user: str = "user_id"
    item: str = "item_id"
    time: str | None = None
    rating: str | None = None
    weight: str | None = None

    def __post_init__(self) -> None:
        """Checks that no column has two roles."""
        parts: dict[str, str] = {}
        for part, name in self.named().items():
            if name in parts:
                raise InputError(f"column {name!r} is named as both {parts[name]} and {part}: give each its own column")
            parts[name] = part

    def named(self) -> dict[str, str]:
        """Returns role -> column name, for the roles that have one."""
        return {part: name for part, name in asdict(self).items() if name is not None}

    def resolve(self, header: Sequence[str], table: str = "the table") -> "Columns":
        """Resolves the optional columns for a table with this header.

        Args:
            header: the table's column names.
            table: name of the table in an error.

        Returns:
            Columns in which None means that the table has no such column.

        Raises:
            InputError: if a column is missing (the nearest name is suggested) or occurs twice.
        """
        names = self.named()
        for name in names.values():
            if name not in header:
                raise MissingColumnError(name, header, table)
        for part, default in OPTIONAL_NAMES.items():
            if part not in names and default in header and default not in names.values():
                names[part] = default
        refuse_repeats(names.values(), header, table)
        return Columns(**names)


def refuse_repeats(names: Iterable[str], header: Sequence[str], table: str) -> None:
    """Raises an InputError if one of the names occurs twice in the header."""
    counts = Counter(header)
    for name in names:
        if counts[name] > 1:
            raise InputError(f"column {name!r} occurs {counts[name]} times in {table}: rename all but one")


class MissingColumnError(InputError):
    """Raised if a column is not in a table.

    Args:
        column: name of the column.
        header: the table's column names; the nearest is suggested.
        table: name of the table.

    Attributes:
        column: name of the column.
    """

    def __init__(self, column: str, header: Sequence[str], table: str) -> None:
        super().__init__(_missing(column, header, table))
        self.column = column


def _missing(name: str, header: Sequence[str], table: str) -> str:
    texts = [str(column) for column in header]
    if len(texts) == 1 and any(separator in texts[0] for separator in ";\t|"):
        return f"no column {name!r} in {table}: its only column is {texts[0]!r:.80}; separate the columns with commas"
    near = nearest(str(name), texts)
    if near is not None:
        return f"no column {name!r} in {table}: did you mean {near!r}?"
    shown = ", ".join(repr(text)[:40] for text in texts[:12]) + (", ..." if len(texts) > 12 else "")
    return f"no column {name!r} in {table}: it has {shown or 'no columns'}"


def columns_given(columns: Columns | None) -> Columns:
    """Returns the columns that a call names, or the usual ones.

    Raises:
        InputError: if they are something else, such as a dict.
    """
    found = Columns() if columns is None else columns
    require_type(found, Columns, "columns", 'give a tfrec_dl.Columns, such as Columns(user="customer")')
    return found
