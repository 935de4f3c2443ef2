"""Options of `recommend` that set rules for the request."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tfrec_dl.data.tables.comma_lists import parse_ids

if TYPE_CHECKING:
    from tfrec_dl.serving.rules.rules import Rules

PANEL = "Rules"


def _option(metavar: str, text: str) -> typer.models.OptionInfo:
    return typer.Option(metavar=metavar, show_default=False, help=text, rich_help_panel=PANEL)


@dataclass(frozen=True)
class RuleOptions:
    """Options on what may be recommended, what is preferred, and how varied the list is."""

    only: Annotated[
        list[str] | None,
        _option(
            "CONDITION",
            "Recommend only items that meet this condition, for example genres=War or year>=1990. If repeated, items "
            "must meet all conditions, but only one of several = conditions on the same attribute.",
        ),
    ] = None
    leave_out: Annotated[
        list[str] | None,
        typer.Option(
            "--not",
            metavar="CONDITION",
            show_default=False,
            help="Leave out items that meet this condition. Repeatable.",
            rich_help_panel=PANEL,
        ),
    ] = None
    only_ids: Annotated[str, _option("IDS", "Recommend only these items, written as in --history.")] = ""
    exclude: Annotated[str, _option("IDS", "Leave out these items, written as in --history.")] = ""
    boost: Annotated[
        list[str] | None,
        _option(
            "CONDITION:WEIGHT",
            "Prefer items that meet this condition, for example year>=2000:0.5. The weight is in standard deviations "
            "of the user's scores.",
        ),
    ] = None
    diversity: Annotated[
        float,
        _option("0..1", "How much dissimilarity to the items already in the list counts, compared with the score."),
    ] = 0.0
    at_most: Annotated[
        list[str] | None,
        _option("ATTRIBUTE=N", "At most N items with the same value, for example genres=3. Repeatable."),
    ] = None
    pin: Annotated[
        list[str] | None,
        _option("ID@PLACE", "Put this item at this place, counted from 1, if the other rules allow it. Repeatable."),
    ] = None
    keep_seen: Annotated[
        bool | None,
        typer.Option(
            "--keep-seen/--mask-seen",
            show_default=False,
            help="Whether items in the history can be recommended again; by default as in the export.",
            rich_help_panel=PANEL,
        ),
    ] = None
    min_score: Annotated[float | None, _option("SCORE", "Recommend nothing below this score, boosts included.")] = None

    def rules(self) -> "Rules | None":
        """Returns the rules; None if no option other than `exclude` is given.

        Raises:
            InputError: as in `Rules`, or if a quote is not closed.
        """
        if replace(self, exclude=RuleOptions.exclude) == RuleOptions():
            return None
        from tfrec_dl.serving.rules.rules import Rules

        given: dict[str, Any] = {
            "only": parse_ids(self.only_ids, "--only-ids") if self.only_ids else None,
            "must": self.only or (),
            "must_not": self.leave_out or (),
            "boost": self.boost or (),
            "diversity": self.diversity,
            "at_most": self.at_most or (),
            "pin": self.pin or (),
            "keep_seen": self.keep_seen,
            "min_score": self.min_score,
        }
        return Rules(**given)
