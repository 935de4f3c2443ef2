"""Options of ranking, and the recipe and source that they describe."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tfrec_dl.cli.options.common import SplitName, TableOptions, parse_kinds
from tfrec_dl.errors import InputError

if TYPE_CHECKING:
    from tfrec_dl.ranking.data.feedback import Feedback
    from tfrec_dl.ranking.data.source import RankingSource

PANEL = "With --task ranking"
RANKER = "din"  # where --model is not given
SPLITS = (SplitName.TEMPORAL, SplitName.RANDOM)


def _option(metavar: str, text: str) -> Any:
    return typer.Option(metavar=metavar, show_default=False, help=text, rich_help_panel=PANEL)


@dataclass(frozen=True)
class RankingOptions:
    """What only ranking has."""

    label: Annotated[
        str | None,
        _option("C", "What to predict: a column of 0 and 1 is clicks; other numbers are ratings, or clicks by --like."),
    ] = None
    like: Annotated[float | None, _option("VALUE", "Values of --label from which a row is a click.")] = None
    dislike: Annotated[
        float | None,
        _option("VALUE", "Values of --label up to which it is none; rows between the two are left out."),
    ] = None
    conversion_column: Annotated[str | None, _option("C", "Column of what became of clicks, 0 or 1.")] = None
    confidence_column: Annotated[
        str | None, _option("C", "Column of dwell times, play counts, ...: the more, the surer the click.")
    ] = None
    weight_column: Annotated[str | None, _option("C", "Column of how much a row counts.")] = None
    list_column: Annotated[
        list[str] | None,
        _option("C", "Column that distinguishes lists of impressions; repeat where it takes several."),
    ] = None
    position_column: Annotated[
        str | None, _option("C", "Column of places in the list: learnt from, and not served.")
    ] = None
    part_column: Annotated[
        str | None,
        _option("C", 'Column that holds "train", "validation" or "test" of each row, in place of --split.'),
    ] = None
    history: Annotated[
        str | None,
        _option("PATH", "Table of interactions that make up the histories; by default they are the clicks."),
    ] = None
    context_feature: Annotated[
        list[str] | None, _option("NAME=KIND", "Kind of a further column, where the guess is wrong, or ignore.")
    ] = None


def ranking_source(table: TableOptions, options: RankingOptions) -> "RankingSource":
    """The source of the table; the kind of label is inferred from its values.

    Raises:
        InputError: for options that do not fit together, or a table that cannot be read.
    """
    if options.label is None:
        raise InputError("--label is missing: name the column of clicks or of ratings that ranking learns.")
    if table.rating_column is not None:
        raise InputError("--rating-column is an option of the other tasks: name the column with --label.")
    if table.split is not None and table.split not in SPLITS:
        choices = " or ".join(split.value for split in SPLITS)
        raise InputError(f"--split {table.split.value} is not one of --task ranking: use {choices}.")
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
    """Which columns are labels, and what they mean."""
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
    """Whether a column holds 0 and 1, or truth values, and nothing else."""
    import numpy as np

    from tfrec_dl.data.tables.checks import as_numbers, plain
    from tfrec_dl.data.tables.columns import MissingColumnError
    from tfrec_dl.data.tables.reading import TableFile

    table = TableFile(path)
    if column not in table.header:
        raise InputError(f"{MissingColumnError(column, table.header, table.name)} (--label names it)")
    numbers = as_numbers(plain(table.read([column], typed=[column])[column]))
    return bool(np.isin(numbers, (0, 1)).all())
