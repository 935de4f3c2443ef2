"""Names of the columns of a table of impressions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from tfrec_dl.data.catalogue.columns import CHOICES, Choice
from tfrec_dl.data.tables.columns import MissingColumnError, refuse_repeats
from tfrec_dl.errors import InputError
from tfrec_dl.names import closest
from tfrec_dl.ranking.data.feedback import Feedback


@dataclass(frozen=True)
class ImpressionColumns:
    """Names of the columns of a table of impressions.

    Attributes:
        user: column of user ids.
        item: column of item ids.
        time: column of times; None reads "timestamp" when the table has it.
        lists: columns that together name the list in which an impression was shown: a session and a step, or a
            request's id. Without any, each row is a list of its own.
        position: column of places in the list, from 0 or 1; a matter of training alone (see `docs/ranking.md`). None:
            places play no part, or are an ordinary feature of the context.
        part: column that holds "train", "validation" or "test", the same for a whole list.
        context: further column -> kind, or "ignore", where the guess is wrong; a column that plays another part is a
            feature too where its kind is given, unless it is an outcome of the impression.
    """

    user: str = "user_id"
    item: str = "item_id"
    time: str | None = None
    lists: tuple[str, ...] = ()
    position: str | None = None
    part: str | None = None
    context: Mapping[str, Choice] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Checks what names do not show."""
        if isinstance(self.lists, str):
            raise InputError(f"lists is {self.lists!r}: give several names, or one as ({self.lists!r},)")
        if self.user == self.item:
            raise InputError(f"column {self.user!r} is named as both user and item: give each its own column")

    def resolve(self, header: Sequence[str], feedback: Feedback, table: str) -> "ImpressionColumns":
        """Settles the column of times.

        Raises:
            InputError: if a column is missing (the nearest name is suggested) or occurs twice, a kind is wrong, or what
                came of an impression is to be a feature.
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
                    f"column {name!r} is an outcome of the impression, so it is no feature: leave its kind {kind!r} out"
                )
        return found

    @property
    def parts(self) -> tuple[str, ...]:
        """Columns that are no features unless asked."""
        named = (self.user, self.item, self.time, *self.lists, self.position, self.part)
        return tuple(name for name in named if name is not None)

    def ids(self, feedback: Feedback) -> tuple[str, ...]:
        """Columns of ids, of lists too unless they are something else to someone."""
        others = {self.time, self.position, *self.context, *feedback.columns}
        return tuple(dict.fromkeys([self.user, self.item, *(name for name in self.lists if name not in others)]))

    def typed(self, feedback: Feedback) -> tuple[str, ...]:
        """Columns of times, places and labels, but for those that are a feature too: a feature is as it is written."""
        names = dict.fromkeys((self.time, self.position, *feedback.columns))
        return tuple(
            name for name in names if name is not None and self.context.get(name, "number") in ("ignore", "number")
        )

    def kindless(self, names: Sequence[str], feedback: Feedback) -> tuple[str, ...]:
        """Those of some columns that are features of no kind yet, or numbers."""
        others = {*self.parts, *feedback.columns}
        return tuple(name for name in names if name not in others and self.context.get(name, "number") == "number")
