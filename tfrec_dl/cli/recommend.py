"""`tfrec-dl recommend`."""

import csv
import io
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from tfrec_dl.cli.console import console
from tfrec_dl.cli.quiet import quiet_tensorflow
from tfrec_dl.errors import InputError

LONGEST_ID = 2**30  # characters; csv's own limit is 131,072


def recommend(
    dest: Annotated[
        Path, typer.Argument(metavar="DEST", show_default=False, help="Folder of an export, or a version.")
    ],
    history: Annotated[
        str,
        typer.Option(
            metavar="IDS",
            show_default=False,
            help='Item ids, oldest first, separated by commas; an id with a comma in double quotes. "" for a new user.',
        ),
    ] = "",
    k: Annotated[int, typer.Option("-k", metavar="K", help="Recommendations.")] = 10,
    user: Annotated[
        str | None,
        typer.Option(
            metavar="ID", show_default=False, help="With an export of two stages: ranks what is found for them."
        ),
    ] = None,
    context: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", show_default=False, help="With --user: a feature of the request."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Recommend items from an export.

    Items of the history are left out. Unknown ids are skipped; a history without a known id gets the popular items,
    whose scores are their counts in the training data. With --user an export of two stages ranks what it finds;
    features of the request that --context does not give are missing.
    """
    ids = parse_history(history)
    if context and user is None:
        raise InputError(f"--context {context[0]!r:.80} is of a request to two stages: give --user, or leave it out.")
    quiet_tensorflow()
    from tfrec_dl.cli.rank import recommend_ranked
    from tfrec_dl.lifecycle.load import load

    recommender = load(dest)
    if user is None:
        (recommendations,) = recommender.recommend([ids], k)
    else:
        recommendations = recommend_ranked(recommender, user, ids, k, context or ())
    if as_json:
        found = [{"item_id": item, "score": score} for item, score in recommendations]
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    table = Table("rank", "item id", "score")
    for rank, (item, score) in enumerate(recommendations, start=1):
        table.add_row(str(rank), escape(item), f"{score:.4f}")
    console().print(table)


def parse_history(text: str) -> list[str]:
    """Splits ids at commas, as CSV does: `a,"b,c"` is two ids; empty ones are left out.

    Raises:
        InputError: for a quote that is not closed.
    """
    csv.field_size_limit(LONGEST_ID)
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True))
    except csv.Error as error:
        raise InputError(f"--history {text!r:.80} cannot be read ({error}): close every quote.") from error
    return [item for record in records for item in record if item]
