"""The command `tfrec-dl advise`."""

import json
from typing import Annotated

import typer

from tfrec_dl.cli.options.common import TableOptions
from tfrec_dl.cli.options.groups import grouped
from tfrec_dl.cli.options.retrieval import RetrievalOptions, prepared_source, retrieval_source
from tfrec_dl.cli.progress import shown_progress
from tfrec_dl.errors import InputError
from tfrec_dl.quiet import quiet_tensorflow


@grouped
def advise(
    *,
    table: TableOptions,
    retrieval: RetrievalOptions,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")] = False,
) -> None:
    """Recommend a recipe for a table of interactions on this machine, with reasons and expected cost.

    The table is profiled, baselines based on counts are measured on a sample, and readable rules pick one or two
    recipes. A few training steps are timed and then discarded. `train --model auto` uses the first recipe.
    """
    if prepared_source(table, retrieval) is not None:
        raise InputError(f"--data {table.data!r} is a prepared folder, but advice needs a table: give the table.")
    quiet_tensorflow()
    from tfrec_dl.advice.advise import advise as advise_on_source
    from tfrec_dl.cli.reports.advice import show_advice

    source = retrieval_source(table, retrieval)
    keep_seen = True if retrieval.keep_seen else None
    if as_json:
        typer.echo(json.dumps(advise_on_source(source, keep_seen).to_dict(), indent=2, ensure_ascii=False))
        return
    with shown_progress():
        advice = advise_on_source(source, keep_seen)
    show_advice(advice, table.data)
