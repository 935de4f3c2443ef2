"""The command `tfrec-dl similar`."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from tfrec_dl.cli.console import console
from tfrec_dl.cli.options.groups import grouped
from tfrec_dl.cli.options.rules import RuleOptions
from tfrec_dl.data.tables.comma_lists import parse_ids
from tfrec_dl.errors import InputError
from tfrec_dl.quiet import quiet_tensorflow


@grouped
def similar(
    *,
    dest: Annotated[
        Path, typer.Argument(metavar="DEST", show_default=False, help="Folder of an export or of one version.")
    ],
    item: Annotated[str, typer.Option(metavar="ID", show_default=False, help="Item to find similar items for.")],
    k: Annotated[int, typer.Option("-k", metavar="K", help="Number of similar items.")] = 10,
    rule_options: RuleOptions,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """List the items that an export considers most similar to an item.

    For a network, these are the nearest items by cosine similarity of the item vectors. For a network with counts, or
    another stack, similarity is the mean over the members. The model card says which applies. Rules work as for
    `recommend`.
    """
    excluded, rules = parse_ids(rule_options.exclude, "--exclude"), rule_options.rules()
    quiet_tensorflow()
    from tfrec_dl.lifecycle.load import load

    recommender = load(dest)
    (found,) = recommender.similar_items([item], k, [excluded] if excluded else None, rules)
    if not found and rules is None:
        raise InputError(
            f"--item {item!r:.80}: {dest} does not know this item, or knows no other; name one from the training data."
        )
    shown = recommender.describe_items([each for each, _ in found])
    if as_json:
        entries = [
            {"item_id": each, "similarity": similarity, **columns}
            for (each, similarity), columns in zip(found, shown, strict=True)
        ]
        typer.echo(json.dumps(entries, indent=2, ensure_ascii=False))
        return
    table = Table("rank", "item id", *map(escape, recommender.shown), "similarity")
    for rank, ((each, similarity), columns) in enumerate(zip(found, shown, strict=True), start=1):
        table.add_row(str(rank), escape(each), *map(escape, columns.values()), f"{similarity:.4f}")
    console().print(table)
