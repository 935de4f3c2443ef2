"""The command `tfrec-dl rank`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from tfrec_dl.cli.console import console
from tfrec_dl.cli.options.columns import ItemColumn, UserColumn
from tfrec_dl.errors import InputError
from tfrec_dl.quiet import quiet_tensorflow

if TYPE_CHECKING:
    import pandas as pd

    from tfrec_dl.serving.recommender import Recommender
    from tfrec_dl.serving.request_rows import Pairs
    from tfrec_dl.serving.rules.rules import Rules


def rank(
    dest: Annotated[
        Path, typer.Argument(metavar="DEST", show_default=False, help="Folder of an export or of one version.")
    ],
    candidates: Annotated[
        str,
        typer.Option(
            metavar="PATH",
            show_default=False,
            help="Table of candidates, CSV (also gzip) or Parquet, with the columns that the ranker reads.",
        ),
    ],
    histories: Annotated[
        str | None,
        typer.Option(
            metavar="PATH",
            show_default=False,
            help="Table of what the users did before, one row per item, oldest first.",
        ),
    ] = None,
    user_column: UserColumn = "user_id",
    item_column: ItemColumn = "item_id",
    list_column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="C",
            show_default=False,
            help="Column that identifies requests; by default, each user is one request.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Rank the candidates of requests with an export.

    Lists the candidates of each request, best first, with their score and every prediction. Unknown users and items are
    ranked too.
    """
    quiet_tensorflow()
    from tfrec_dl.ranking.serving.ranker import load_ranker

    ids, lists = [user_column, item_column], list_column or []
    ranked = load_ranker(dest).rank_table(
        _read(candidates, [*ids, *lists]),
        None if histories is None else _read(histories, ids),
        user_column,
        item_column,
        lists,
    )
    if as_json:
        typer.echo(json.dumps(json.loads(ranked.to_json(orient="records", double_precision=15)), indent=2))
        return
    table = Table(*map(escape, map(str, ranked.columns)))
    for row in ranked.itertuples(index=False):
        table.add_row(*(f"{value:.4f}" if isinstance(value, float) else escape(str(value)) for value in row))
    console().print(table)


def recommend_ranked(
    recommender: "Recommender",
    user: str,
    history: list[str],
    k: int,
    context: Sequence[str],
    exclude: list[str],
    rules: "Rules | None",
) -> "Pairs":
    """Returns what a two-stage export recommends to one user.

    Args:
        recommender: the loaded export.
        user: user id.
        history: item ids, oldest first.
        k: number of recommendations.
        context: texts "name=value"; features that are not named count as missing.
        exclude: ids that must not be recommended.
        rules: rules for the list; None for none.

    Raises:
        InputError: if the export has only one stage, or a text does not name one of its request features.
    """
    kinds = {each.feature: each.kind for each in recommender.request_features}
    values: dict[str, list[Any]] = {name: [None] for name in kinds}
    for text in context:
        name, equals, value = text.partition("=")
        if not equals or name not in kinds:
            choices = ", ".join(kinds) or "none"
            raise InputError(f"--context {text!r:.80} is not NAME=VALUE: the features of the request are {choices}.")
        try:
            values[name] = [float(value) if kinds[name] == "number" else value]
        except ValueError as error:
            raise InputError(f"--context {text!r:.80} is not a number, but {name} needs one.") from error
    (recommendations,) = recommender.recommend_ranked(
        [user], [history], k, context=values, exclude=[exclude], rules=rules
    )
    return recommendations


def _read(path: str, ids: list[str]) -> "pd.DataFrame":
    """Reads a table with its ids as text."""
    from tfrec_dl.data.tables.columns import MissingColumnError
    from tfrec_dl.data.tables.reading import TableFile

    table = TableFile(path)
    for name in ids:
        if name not in table.header:
            raise MissingColumnError(name, table.header, table.name)
    # Ids keep their written form, whatever the other values in the column are, because the model was trained on that
    # form.
    return table.read([name for name in table.header if name], ids)
