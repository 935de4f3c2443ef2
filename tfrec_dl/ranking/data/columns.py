"""Column names of a table of impressions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from tfrec_dl.data.catalogue.columns import CHOICES, Choice
from tfrec_dl.data.tables.columns import MissingColumnError, refuse_repeats
from tfrec_dl.errors import InputError
from tfrec_dl.names import closest
from tfrec_dl.ranking.data.feedback import Feedback


@dataclass(frozen=True)
class ImpressionColumns:
    """Column names of a table of impressions.

    Attributes:
        user: column of user ids.
        item: column of item ids.
        time: column of times; None uses "timestamp" if the table has it.
        lists: columns that together identify the list in which an impression was shown, for example session and step,
            or a request id. If there are none, each row is a list of its own.
        position: column of positions in the list, from 0 or 1; used only in training (see `docs/ranking.md`). None:
            positions are ignored, or are an ordinary context feature.
        part: column with "train", "validation" or "test", the same for all rows of a list.
        context: maps other columns to a kind, or to "ignore", if the guess is wrong. A column with another role also
            becomes a feature if its kind is given, unless it is an outcome of the impression.
    """

    user: str = "user_id"
    item: str = "item_id"
    time: str | None = None
    lists: tuple[str, ...] = ()
    position: str | None = None
    part: str | None = None
    context: Mapping[str, Choice] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Checks what can be checked without a table."""
        if isinstance(self.lists, str):
            raise InputError(f"lists is {self.lists!r}: give several names, or one as ({self.lists!r},)")
        if self.user == self.item:
            raise InputError(f"column {self.user!r} is named as both user and item: give each its own column")

    def resolve(self, header: Sequence[str], feedback: Feedback, table: str) -> "ImpressionColumns":
        """Determines the column of times.

        Raises:
            InputError: if a column is missing (the closest name is suggested) or occurs twice, a kind is wrong, or an
                outcome of an impression is declared as a feature.
        """
        found = replace(self, time="timestamp") if self.time is None and "timestamp" in header else self
        for name in (*found.parts, *feedback.columns, *self.context):
            if name not in header:
                raise MissingColumnError(name, header, table)
        refuse_repeats(dict.fromkeys(header), header, table)
        for name, kind in self.context.items():
            if kind not in CHOICES:
                raise InputError(f"the kind of column {name!r} is {kind!r}: {closest(str(kind), CHOICES)}")
            if name in feedback.outcomes and kind != "ignore":
                raise InputError(
                    f"column {name!r} is an outcome of the impression, so it cannot be a feature: leave its kind "
                    f"{kind!r} out"
                )
        return found

    @property
    def parts(self) -> tuple[str, ...]:
        """Columns that are features only on request."""
        named = (self.user, self.item, self.time, *self.lists, self.position, self.part)
        return tuple(name for name in named if name is not None)

    def ids(self, feedback: Feedback) -> tuple[str, ...]:
        """Returns the columns of ids, including list columns unless they have another role."""
        others = {self.time, self.position, *self.context, *feedback.columns}
        return tuple(dict.fromkeys([self.user, self.item, *(name for name in self.lists if name not in others)]))

    def typed(self, feedback: Feedback) -> tuple[str, ...]:
        """Returns the columns of times, positions and labels, except features, which keep their written form."""
        names = dict.fromkeys((self.time, self.position, *feedback.columns))
        return tuple(
            name for name in names if name is not None and self.context.get(name, "number") in ("ignore", "number")
        )

    def kindless(self, names: Sequence[str], feedback: Feedback) -> tuple[str, ...]:
        """Returns those of the columns without another role whose kind is not given, or is number."""
        others = {*self.parts, *feedback.columns}
        return tuple(name for name in names if name not in others and self.context.get(name, "number") == "number")
