"""Ranking options, and the recipe and source that they describe."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tfrec_dl.cli.options.common import SplitName, TableOptions, parse_kinds
from tfrec_dl.errors import InputError

if TYPE_CHECKING:
    from tfrec_dl.ranking.data.feedback import Feedback
    from tfrec_dl.ranking.data.source import RankingSource

PANEL = "With --task ranking"
RANKER = "din"  # if --model is not given
SPLITS = (SplitName.TEMPORAL, SplitName.RANDOM)


def _option(metavar: str, text: str) -> Any:
    return typer.Option(metavar=metavar, show_default=False, help=text, rich_help_panel=PANEL)


@dataclass(frozen=True)
class RankingOptions:
    """Options that only ranking has."""

    label: Annotated[
        str | None,
        _option("C", "Column to predict: 0 and 1 are clicks; other numbers are ratings, or clicks if --like is given."),
    ] = None
    like: Annotated[float | None, _option("VALUE", "Smallest value of --label that counts as a click.")] = None
    dislike: Annotated[
        float | None,
        _option(
            "VALUE", "Largest value of --label that counts as no click; rows between --dislike and --like are left out."
        ),
    ] = None
    conversion_column: Annotated[
        str | None, _option("C", "Column of conversions: whether a click converted, 0 or 1.")
    ] = None
    confidence_column: Annotated[
        str | None,
        _option("C", "Column of dwell times, play counts, ...: the higher the value, the more certain the click."),
    ] = None
    weight_column: Annotated[str | None, _option("C", "Column of row weights.")] = None
    list_column: Annotated[
        list[str] | None,
        _option("C", "Column that identifies lists of impressions. Repeat the option if it takes several columns."),
    ] = None
    position_column: Annotated[
        str | None,
        _option(
            "C", "Column of positions in the list. The model learns from them, but they are not used when it is served."
        ),
    ] = None
    part_column: Annotated[
        str | None,
        _option("C", 'Column that holds "train", "validation" or "test" for each row, instead of --split.'),
    ] = None
    history: Annotated[
        str | None,
        _option(
            "PATH", "Table of interactions that make up the histories; by default, histories consist of the clicks."
        ),
    ] = None
    context_feature: Annotated[
        list[str] | None, _option("NAME=KIND", "Kind of another column, if the guess is wrong, or ignore.")
    ] = None


def ranking_source(table: TableOptions, options: RankingOptions) -> "RankingSource":
    """Returns the source for the table; infers the kind of label from its values.

    Raises:
        InputError: if options do not fit together, or the table cannot be read.
    """
    if options.label is None:
        raise InputError("--label is missing: name the column of clicks or of ratings that ranking learns.")
    if table.rating_column is not None:
        raise InputError("--rating-column is an option of the other tasks: name the column with --label.")
    if table.split is not None and table.split not in SPLITS:
        choices = " or ".join(split.value for split in SPLITS)
        raise InputError(f"--split {table.split.value} is not available for --task ranking: use {choices}.")
    if table.split is not None and options.part_column is not None:
        raise InputError(f"--split {table.split.value} and --part-column both split the table: leave one out.")
    context = parse_kinds("--context-feature", options.context_feature, table.data)
    kinds = table.item_kinds(), table.user_kinds()
    from tfrec_dl.ranking.data.source import RankingSource

    return RankingSource(
        table.data,
        _feedback(table.data, options.label, options),
        user=table.user_column,
        item=table.item_column,
        time=table.time_column,
        lists=tuple(options.list_column or ()),
        position=options.position_column,
        part=options.part_column,
        history=options.history,
        context=context,
        split="given" if options.part_column else "random" if table.split is SplitName.RANDOM else "temporal",
        items=table.items,
        item_kinds=kinds[0],
        users=table.users,
        user_kinds=kinds[1],
        image_folder=table.image_folder,
    )


def _feedback(path: str, label: str, options: RankingOptions) -> "Feedback":
    """Returns which columns are labels and what they mean."""
    from tfrec_dl.ranking.data.feedback import Feedback

    others: dict[str, Any] = {
        "conversion": options.conversion_column,
        "confidence": options.confidence_column,
        "weight": options.weight_column,
    }
    if options.dislike is not None and options.like is None:
        raise InputError(f"--dislike is {options.dislike:g} without --like: give both, or neither.")
    if options.like is not None or options.conversion_column is not None or _is_binary(path, label):
        return Feedback(click=label, like=options.like, dislike=options.dislike, **others)
    return Feedback(rating=label, **others)


def _is_binary(path: str, column: str) -> bool:
    """Whether a column holds only 0 and 1, or only booleans."""
    import numpy as np

    from tfrec_dl.data.tables.checks import as_numbers, plain
    from tfrec_dl.data.tables.columns import MissingColumnError
    from tfrec_dl.data.tables.reading import TableFile

    table = TableFile(path)
    if column not in table.header:
        raise InputError(f"{MissingColumnError(column, table.header, table.name)} (--label names it)")
    numbers = as_numbers(plain(table.read([column], typed=[column])[column]))
    return bool(np.isin(numbers, (0, 1)).all())
