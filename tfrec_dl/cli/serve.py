"""`tfrec-dl export`, `tfrec-dl add-items` and `tfrec-dl recommend`."""

import csv
import io
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from tfrec_dl.cli.console import console, say
from tfrec_dl.cli.folders import require_writable
from tfrec_dl.cli.quiet import quiet_tensorflow
from tfrec_dl.errors import InputError

LONGEST_ID = 2**30  # characters; csv's own limit is 131,072


def export(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", show_default=False, help="Folder of a finished run.")],
    dest: Annotated[Path, typer.Argument(metavar="DEST", show_default=False, help="Folder of the versions.")],
    retrieval: Annotated[
        Path | None,
        typer.Option(
            metavar="RUN", show_default=False, help="Of a ranking run: the retrieval run that finds its candidates."
        ),
    ] = None,
    candidates: Annotated[
        int, typer.Option(metavar="N", help="With --retrieval: how many items are found, and then ranked.")
    ] = 100,
    k: Annotated[int, typer.Option("-k", metavar="K", help="With --retrieval: how many of them are given.")] = 10,
) -> None:
    """Export a finished run as a SavedModel for TF Serving.

    Writes DEST/VERSION, the next free number, with its warm-up requests and a model card. Needs the run only, not its
    data. A ranking run ranks given candidates; with --retrieval it also ranks what the retrieval finds, in one model.
    """
    require_writable(dest)
    quiet_tensorflow()
    from tfrec_dl.lifecycle.open_run import open_run
    from tfrec_dl.ranking.run import RankingRun

    run = open_run(run_folder)
    if isinstance(run, RankingRun):
        from tfrec_dl.cli.rank import export_ranking_run

        export_ranking_run(run, dest, retrieval, candidates, k)
        return
    if retrieval is not None:
        raise InputError(f"--retrieval is for ranking runs, and {run_folder} is one of retrieval: name a ranking run.")
    from tfrec_dl.retrieval.card import run_card
    from tfrec_dl.retrieval.serving.export import export_saved_model

    version = export_saved_model(run.model(), dest, card=run_card(run))
    say(f"exported {run.recipe.name} to {version}")
    say(f"its model card: {version / 'assets.extra' / 'model_card.md'}")
    say(f'next: tfrec-dl recommend {dest} --history "id1,id2,id3"')


def add_items(
    dest: Annotated[Path, typer.Argument(metavar="DEST", show_default=False, help="Folder of an export.")],
    items: Annotated[
        Path,
        typer.Option(
            metavar="PATH", show_default=False, help="Table of the new items' features, CSV (also gzip) or Parquet."
        ),
    ],
    id_column: Annotated[str, typer.Option(metavar="C", help="Column of item ids.")] = "item_id",
) -> None:
    """Add new items to an export of a content or hybrid model.

    Writes DEST/VERSION, the next free number, which recommends the new items by their features. Nothing is trained, and
    neither the run nor its data is needed.
    """
    quiet_tensorflow()
    from tfrec_dl.retrieval.serving.add_items import add_items

    version = add_items(dest, items, id_column)
    say(f"added the items of {items}: {version}")
    say(f"its model card, which names them: {version / 'assets.extra' / 'model_card.md'}")


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
    features of the request that --context does not say are missing.
    """
    ids = parse_history(history)
    if context and user is None:
        raise InputError(f"--context {context[0]!r:.80} is of a request to two stages: give --user, or leave it out.")
    quiet_tensorflow()
    from tfrec_dl.cli.rank import recommend_ranked
    from tfrec_dl.serving.recommender import load

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
