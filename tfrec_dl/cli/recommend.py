"""The command `tfrec-dl recommend`."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from tfrec_dl.cli.batch import batch_recommend
from tfrec_dl.cli.console import console
from tfrec_dl.cli.explain import explained, in_common_as_json, reasons_as_json, reasons_as_text, shown_of
from tfrec_dl.cli.interruptions import GOES_ON
from tfrec_dl.cli.options.batch import BatchOptions
from tfrec_dl.cli.options.groups import given, grouped
from tfrec_dl.cli.options.rules import RuleOptions
from tfrec_dl.data.tables.comma_lists import parse_ids
from tfrec_dl.errors import InputError
from tfrec_dl.quiet import quiet_tensorflow


@grouped
def recommend(
    *,
    command: typer.Context,
    dest: Annotated[
        Path, typer.Argument(metavar="DEST", show_default=False, help="Folder of an export or of one version.")
    ],
    history: Annotated[
        str,
        typer.Option(
            metavar="IDS",
            show_default=False,
            help='Item ids, oldest first, separated by commas. Put an id that contains a comma in double quotes. "" '
            "for a new user.",
        ),
    ] = "",
    k: Annotated[int, typer.Option("-k", metavar="K", help="Recommendations.")] = 10,
    user: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            show_default=False,
            help="With an export of two stages: user for whom to rank the items that are found.",
        ),
    ] = None,
    context: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE", show_default=False, help="With --user or --histories: a feature of the request."
        ),
    ] = None,
    why: Annotated[
        bool,
        typer.Option(
            "--why",
            help="Show which items of the history contribute most to each recommendation, as `tfrec-dl explain` does.",
        ),
    ] = False,
    rule_options: RuleOptions,
    batch: BatchOptions,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Recommend items from an export to one user, or with --histories to every user of a table.

    Items of the history are left out unless the export or --keep-seen keeps them. Unknown ids are skipped. A history
    without any known id gets the popular items, scored by their counts in the training data. If rules leave too few
    items, the list is shorter. With --user, a two-stage export ranks what it retrieves; request features that --context
    does not give count as missing.

    --histories reads a table of any size, and --out appears only once it is complete. After an interruption, the same
    command continues. A two-stage export ranks what it retrieves.
    """
    ids, excluded = parse_ids(history, "--history"), parse_ids(rule_options.exclude, "--exclude")
    rules = rule_options.rules()
    if batch.histories:
        alone = {"--history": history, "--user": user is not None, "--why": why, "--json": as_json}
        if others := [name for name, value in alone.items() if value]:
            raise InputError(
                f"{others[0]} is for one user, but --histories is for all users of a table: leave out one of them."
            )
        quiet_tensorflow()
        command.meta[GOES_ON] = True
        batch_recommend(dest, batch, k, excluded, rules, context or ())
        return
    if others := given(batch):
        raise InputError(f"{others[0]} is for many users: name the table of their histories with --histories.")
    if context and user is None:
        raise InputError(
            f"--context {context[0]!r:.80} is for a request to an export of two stages: give --user, or leave it out."
        )
    if why and user is not None:
        raise InputError("--why explains the scores of retrieval, but --user asks the ranker: leave out one of them.")
    quiet_tensorflow()
    from tfrec_dl.cli.rank import recommend_ranked
    from tfrec_dl.lifecycle.load import load

    recommender = load(dest)
    recommendations: list[tuple[str, float]]
    if user is None:
        (recommendations,) = recommender.recommend([ids], k, [excluded] if excluded else None, rules)
    else:
        recommendations = recommend_ranked(recommender, user, ids, k, context or (), excluded, rules)
    items = [item for item, _ in recommendations]
    reasons = explained(recommender, ids, items) if why else None
    shown = shown_of(recommender, [*items, *ids])
    if as_json:
        found: list[dict[str, Any]] = [
            {"item_id": item, "score": score, **shown[item]} for item, score in recommendations
        ]
        for entry, explanation in zip(found, reasons or (), strict=False):
            entry["because"] = reasons_as_json(explanation, shown)
            entry["in_common"] = in_common_as_json(explanation)
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    table = Table("rank", "item id", *map(escape, recommender.shown), "score", *(["because of"] if reasons else []))
    for rank, (item, score) in enumerate(recommendations, start=1):
        because = [reasons_as_text(reasons[rank - 1], shown)] if reasons else []
        table.add_row(str(rank), escape(item), *map(escape, shown[item].values()), f"{score:.4f}", *because)
    console().print(table)
