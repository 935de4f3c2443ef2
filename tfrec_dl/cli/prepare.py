"""The command `tfrec-dl prepare`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tfrec_dl.cli.bars import Bars
from tfrec_dl.cli.console import say
from tfrec_dl.cli.folders import require_writable
from tfrec_dl.cli.options.columns import ItemColumn, TimeColumn, UserColumn
from tfrec_dl.cli.options.retrieval import RepeatedPairs
from tfrec_dl.cli.progress import shown_progress
from tfrec_dl.quiet import quiet_tensorflow

if TYPE_CHECKING:
    from tfrec_dl.data.prepared.folder import PreparedFolder


def prepare(
    *,
    command: typer.Context,
    data: Annotated[
        list[str],
        typer.Option(
            metavar="PATH",
            show_default=False,
            help="CSV (also gzip) or Parquet with one row per interaction, as a file, a folder or a glob. Repeatable.",
        ),
    ],
    out: Annotated[Path, typer.Option(metavar="FOLDER", show_default=False, help="Folder to write.")],
    base: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="FOLDER",
            show_default=False,
            help="Append to this prepared folder, which stays unchanged, with its settings.",
        ),
    ] = None,
    user_column: UserColumn = "user_id",
    item_column: ItemColumn = "item_id",
    time_column: TimeColumn = None,
    rating_column: Annotated[
        str | None,
        typer.Option(
            metavar="C", help='Column of ratings, which are only checked; by default "rating", if the table has it.'
        ),
    ] = None,
    weight_column: Annotated[
        str | None,
        typer.Option(metavar="C", help='Column of weights; by default "weight", if the table has it.'),
    ] = None,
    duplicates: Annotated[
        RepeatedPairs,
        typer.Option(
            help="Repeated interactions of a user with an item: keep all, keep only the first, keep only the last, or "
            "raise an error."
        ),
    ] = RepeatedPairs.KEEP,
    min_count: Annotated[
        int, typer.Option(metavar="N", help="Minimum number of training interactions of an item.")
    ] = 1,
    shards: Annotated[
        int | None,
        typer.Option(
            metavar="N", show_default=False, help="Number of files to write; by default one per million interactions."
        ),
    ] = None,
    evaluation_users: Annotated[
        int, typer.Option(metavar="N", help="Number of users to sample for validation and test.")
    ] = 20_000,
    memory_limit: Annotated[
        str, typer.Option(metavar="SIZE", help="Memory for DuckDB; Python and TensorFlow take about 1 GB more.")
    ] = "1GB",
    seed: Annotated[int, typer.Option(metavar="N", help="Seed of the sample of users.")] = 0,
) -> None:
    """Convert a table, which may be larger than memory, into a folder to train on.

    FOLDER gets all user histories in shards, the vocabulary, and validation and test cases for some users, split
    leave-last-out. Train on it with `tfrec-dl train --data FOLDER`. After an interruption, the same command continues.
    If FOLDER is finished, the command says so and changes nothing.

    With --from, --data holds only the new interactions. Options that are given, other than --shards, override the
    settings of the earlier folder.
    """
    require_writable(out)
    quiet_tensorflow()
    from tfrec_dl.data.prepared.base import append_config
    from tfrec_dl.data.prepared.configuration import PrepareConfig
    from tfrec_dl.data.prepared.prepare import prepare

    settings: dict[str, Any] = {
        "user": user_column,
        "item": item_column,
        "time": time_column,
        "rating": rating_column,
        "weight": weight_column,
        "duplicates": duplicates.value,
        "min_count": min_count,
        "shards": shards,
        "evaluation_users": evaluation_users,
        "memory_limit": memory_limit,
        "seed": seed,
    }
    if base is None:
        config = PrepareConfig(data=tuple(data), **settings)
    else:
        config = append_config(
            base, *data, **{name: value for name, value in settings.items() if _given(command, name)}
        )
    with shown_progress(), Bars() as bars:
        folder = prepare(config, out, bars.show)
    _say_what_it_holds(folder)
    say(f"next: tfrec-dl train --data {out} {'--from RUN' if base else '--model gru'} --out {'NEW' if base else 'RUN'}")


def _given(command: typer.Context, setting: str) -> bool:
    """Whether an option is given on the command line, even with its default value."""
    sources = (command.get_parameter_source(name) for name in (setting, f"{setting}_column"))
    return any(source is not None and source.name == "COMMANDLINE" for source in sources)


def _say_what_it_holds(folder: "PreparedFolder") -> None:
    size, counts, drawn = folder.size, folder.manifest["counts"], folder.manifest["evaluation"]
    if "time" not in folder.manifest["columns"]:
        say("no times: the table's order is the order in time")
    say(
        f"{size['interactions']:,} interactions of {size['users']:,} users with {size['items']:,} items "
        f"in {len(folder.shards)} shards; {size['items_in_vocabulary']:,} items in the vocabulary"
    )
    say(
        f"{counts['read']:,} rows in = {counts['trained']:,} to train on + {counts['dropped']:,} of rare items "
        f"+ {counts['validation']:,} to validate on + {counts['test']:,} to test on"
        + (f" + {repeated:,} that repeat others" if (repeated := counts.get("repeated", 0)) else "")
    )
    say(f"{drawn['drawn']:,} of {drawn['of']:,} users drawn to validate and test on")
