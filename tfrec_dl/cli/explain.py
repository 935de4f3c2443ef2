"""The command `tfrec-dl explain`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from tfrec_dl.cli.console import console
from tfrec_dl.data.tables.comma_lists import parse_ids
from tfrec_dl.errors import InputError
from tfrec_dl.quiet import quiet_tensorflow

if TYPE_CHECKING:
    from tfrec_dl.serving.explanation import Explanation
    from tfrec_dl.serving.recommender import Recommender

Shown = Mapping[str, Mapping[str, str]]
REASONS = 3  # number of history items shown beside a recommendation


def explain(
    dest: Annotated[
        Path, typer.Argument(metavar="DEST", show_default=False, help="Folder of an export or of one version.")
    ],
    history: Annotated[
        str, typer.Option(metavar="IDS", show_default=False, help="Item ids, oldest first, written as for `recommend`.")
    ],
    item: Annotated[str, typer.Option(metavar="ID", show_default=False, help="Item whose score to explain.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Show how much each item of a history contributes to an item's score.

    The contribution is what the score would lose without the history item; a negative value speaks against the item.
    History items with no effect are left out, because the model does not know them or does not read that far back.
    """
    ids = parse_ids(history, "--history")
    quiet_tensorflow()
    from tfrec_dl.lifecycle.load import load

    recommender = load(dest)
    found = explained(recommender, ids, [item])
    if not found:
        raise InputError(f"--item {item!r:.80}: {dest} does not know this item; name one from the training data.")
    shown = shown_of(recommender, [item, *ids])
    if as_json:
        (explanation,) = found
        because = reasons_as_json(explanation, shown)
        entry = {"item_id": item, "score": explanation.score, **shown[item], "because": because}
        entry["in_common"] = in_common_as_json(explanation)
        typer.echo(json.dumps(entry, indent=2, ensure_ascii=False))
        return
    title = f"{escape(named(item, shown))}: score {found[0].score:.4f}"
    table = Table("item of the history", *map(escape, recommender.shown), "contribution", title=title)
    for each, contribution in found[0].because:
        table.add_row(escape(each), *map(escape, shown[each].values()), f"{contribution:.4f}")
    console().print(table)
    if found[0].in_common:
        table = Table("in common", "contribution")
        for value, contribution in found[0].in_common:
            table.add_row(escape(value), f"{contribution:.4f}")
        console().print(table)


def explained(recommender: Recommender, history: list[str], items: Sequence[str]) -> list[Explanation]:
    """Returns one explanation per known item after one history."""
    (found,) = recommender.explain([history], [list(items)])
    return found


def shown_of(recommender: Recommender, items: Sequence[str]) -> Shown:
    """Returns what the export shows about items, by item id."""
    return dict(zip(items, recommender.describe_items(items), strict=True))


def named(item: str, shown: Shown) -> str:
    """Returns the first shown column of an item, usually its title, or its id if there is none."""
    return next(iter(shown[item].values()), "") or item


def reasons_as_json(explanation: Explanation, shown: Shown) -> list[dict[str, Any]]:
    """Returns the history items named by an explanation as plain values."""
    return [
        {"item_id": item, "contribution": contribution, **shown[item]} for item, contribution in explanation.because
    ]


def in_common_as_json(explanation: Explanation) -> list[dict[str, Any]]:
    """Returns the categories named by an explanation as plain values."""
    return [{"value": value, "contribution": contribution} for value, contribution in explanation.in_common]


def reasons_as_text(explanation: Explanation, shown: Shown) -> str:
    """Returns the history items that contribute most to an item, as the text of a table cell."""
    speaking = [(named(item, shown), value) for item, value in explanation.because[:REASONS] if value > 0]
    shared = [(f"more {text}", value) for text, value in explanation.in_common[:1] if value > 0]
    return ", ".join(f"{escape(text)} ({value:.2f})" for text, value in speaking + shared)
