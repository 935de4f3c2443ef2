"""`tfrec-dl explain`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from tfrec_dl.cli.comma_lists import parse_ids
from tfrec_dl.cli.console import console
from tfrec_dl.cli.quiet import quiet_tensorflow
from tfrec_dl.errors import InputError

if TYPE_CHECKING:
    from tfrec_dl.serving.explanation import Explanation
    from tfrec_dl.serving.recommender import Recommender

REASONS = 3  # items of the history that people are shown beside a recommendation


def explain(
    dest: Annotated[
        Path, typer.Argument(metavar="DEST", show_default=False, help="Folder of an export, or a version.")
    ],
    history: Annotated[
        str, typer.Option(metavar="IDS", show_default=False, help="Item ids, oldest first, as for `recommend`.")
    ],
    item: Annotated[str, typer.Option(metavar="ID", show_default=False, help="The item whose score is explained.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Say how much each item of a history speaks for an item.

    What the item's score would lose without it; below zero it speaks against the item. Items of the history that change
    nothing, because the model does not know them or reads no histories so long, are left out.
    """
    ids = parse_ids(history, "--history")
    quiet_tensorflow()
    from tfrec_dl.lifecycle.load import load

    found = explained(load(dest), ids, [item])
    if not found:
        raise InputError(f"--item {item!r:.80}: {dest} knows no such item; name one of the training's.")
    if as_json:
        (explanation,) = found
        entry = {"item_id": item, "score": explanation.score, "because": reasons_as_json(explanation)}
        typer.echo(json.dumps(entry, indent=2, ensure_ascii=False))
        return
    table = Table("item of the history", "contribution", title=f"{escape(item)}: score {found[0].score:.4f}")
    for each, contribution in found[0].because:
        table.add_row(escape(each), f"{contribution:.4f}")
    console().print(table)


def explained(recommender: Recommender, history: list[str], items: Sequence[str]) -> list[Explanation]:
    """An explanation of each item after one history, unknown items left out."""
    (found,) = recommender.explain([history], [list(items)])
    return found


def reasons_as_json(explanation: Explanation) -> list[dict[str, Any]]:
    """The items of the history that an explanation names, as plain values."""
    return [{"item_id": item, "contribution": contribution} for item, contribution in explanation.because]


def reasons_as_text(explanation: Explanation) -> str:
    """The items of the history that speak most for an item, in a table's cell."""
    speaking = [(item, value) for item, value in explanation.because[:REASONS] if value > 0]
    return ", ".join(f"{escape(item)} ({value:.2f})" for item, value in speaking)
