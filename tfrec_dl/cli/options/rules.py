"""Options of `recommend` that are rules of the request."""

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
    """What may be recommended, what is preferred, how varied the list is."""

    only: Annotated[
        list[str] | None,
        _option(
            "CONDITION",
            "Recommend items for which this holds, as genres=War or year>=1990. Repeated: all of them hold, but one of "
            "several = of one attribute is enough.",
        ),
    ] = None
    leave_out: Annotated[
        list[str] | None,
        typer.Option(
            "--not",
            metavar="CONDITION",
            show_default=False,
            help="Leave out items for which this holds. Repeatable.",
            rich_help_panel=PANEL,
        ),
    ] = None
    only_ids: Annotated[str, _option("IDS", "Recommend none but these items, written as in --history.")] = ""
    exclude: Annotated[str, _option("IDS", "Leave out these items, written as in --history.")] = ""
    boost: Annotated[
        list[str] | None,
        _option(
            "CONDITION:WEIGHT",
            "Prefer items for which this holds, as year>=2000:0.5: so many standard deviations of the user's scores.",
        ),
    ] = None
    diversity: Annotated[
        float, _option("0..1", "How much unlikeness to what is in the list already counts, against the score.")
    ] = 0.0
    at_most: Annotated[
        list[str] | None, _option("ATTRIBUTE=N", "At most N items of one value, as genres=3. Repeatable.")
    ] = None
    pin: Annotated[
        list[str] | None,
        _option("ID@PLACE", "This item at this place, from 1, if the other rules allow it. Repeatable."),
    ] = None
    keep_seen: Annotated[
        bool | None,
        typer.Option(
            "--keep-seen/--mask-seen",
            show_default=False,
            help="Whether items of the history may come back; by default as the export does it.",
            rich_help_panel=PANEL,
        ),
    ] = None
    min_score: Annotated[float | None, _option("SCORE", "Recommend nothing below this score, boosts included.")] = None

    def rules(self) -> "Rules | None":
        """The rules; None where no option but `exclude` is given.

        Raises:
            InputError: as `Rules`, or for a quote that is not closed.
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
