"""The baselines on a table of interactions: leave-last-out split, full ranking, seen items masked.

python -m benchmarks.baselines ../shared/data/ml-1m/ratings.csv.gz
"""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from tfrec_dl.baselines import BASELINES
from tfrec_dl.baselines.fit import baseline_entries
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.splits.leave_last_out import leave_last_out
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.leaderboard import leaderboard
from tfrec_dl.evaluation.rendering import rich_table, save_leaderboard


def main(
    data: Annotated[Path, typer.Argument(help="CSV (also gzipped) or Parquet with user_id, item_id, timestamp.")],
    baselines: Annotated[str, typer.Option(help="Comma-separated names of baselines.")] = ",".join(BASELINES),
    keep_seen: Annotated[bool, typer.Option("--keep-seen", help="Leave seen items in the ranking.")] = False,
    out: Annotated[Path | None, typer.Option(help="Also write the table to this .csv, .json or .md file.")] = None,
) -> None:
    """Fits the baselines and prints their metrics on the test part."""
    console = Console()
    try:
        split = leave_last_out(Interactions.read(data))
        names = baselines.split(",")
        with console.status("Fitting the baselines") as status:
            entries = []
            for entry in baseline_entries(split, split.test, keep_seen, names, console.print):
                entries.append(entry)
                status.update(f"{entry.name} done")
        table = leaderboard(entries)
        seen = "kept" if keep_seen else "masked"
        console.print(rich_table(table, f"{data}: test, {len(split.test):,} users, seen items {seen}"))
        if out is not None:
            save_leaderboard(table, out)
    except InputError as error:
        console.print(f"Error: {error}", style="red", markup=False)
        raise typer.Exit(2) from error


if __name__ == "__main__":
    typer.run(main)
