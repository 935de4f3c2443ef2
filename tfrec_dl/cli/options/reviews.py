"""Options for predicting ratings from reviews, and the source that they describe."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tfrec_dl.cli.options.common import SplitName, TableOptions
from tfrec_dl.errors import InputError

if TYPE_CHECKING:
    from tfrec_dl.reviews.source import ReviewSource

PANEL = "With --task reviews"
MODEL = "deep_conn"  # if --model is not given


def _option(metavar: str, text: str) -> Any:
    return typer.Option(metavar=metavar, show_default=False, help=text, rich_help_panel=PANEL)


@dataclass(frozen=True)
class ReviewOptions:
    """Options that only rating prediction has."""

    text_column: Annotated[
        list[str] | None,
        _option("C", 'Column of text. Repeatable. By default "summary" and "review", if the table has them.'),
    ] = None


def review_source(table: TableOptions, options: ReviewOptions) -> "ReviewSource":
    """Returns the source for the table of reviews.

    Raises:
        InputError: if a table option does not apply to reviews.
    """
    if table.split not in (None, SplitName.RANDOM):
        raise InputError(
            f"--split {table.split.value} is not available for --task reviews: use random, or leave it out."
        )
    given = {"--time-column": table.time_column, "--items": table.items, "--users": table.users}
    for option, value in given.items():
        if value is not None:
            raise InputError(f"{option} is not an option of --task reviews, which reads only reviews: leave it out.")
    from tfrec_dl.reviews.source import ReviewSource

    return ReviewSource(
        table.data,
        user=table.user_column,
        item=table.item_column,
        rating=table.rating_column or "rating",
        texts=tuple(options.text_column or ()),
    )
