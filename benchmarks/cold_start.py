"""Cold items: warm, cold and all, on a hold-out of 20 % of the items.

python -m benchmarks.cold_start ml-1m --floors-only
"""

from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.console import Console

from tfrec_dl.data.cold_start import ColdStartSplit, hold_out_items
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.baselines.cold_floors import cold_floor_entries
from tfrec_dl.evaluation.cold_start import cold_start_leaderboard
from tfrec_dl.evaluation.rendering import rich_table, save_leaderboard

TEXTS = ["title", "genres", "plot"]
PARTS = ("validation", "test")


def item_texts(items: pd.DataFrame, vocabulary: Vocabulary) -> list[str]:
    """Title, genres and plot of each index in one text; "" for items without a row."""
    rows = items.set_index("item_id").reindex(vocabulary.ids)
    return ["", "", *rows[TEXTS].fillna("").agg(" ".join, axis=1)]


def describe(cold_start: ColdStartSplit) -> str:
    split = cold_start.split
    return (
        f"{cold_start.warm_items.sum():,} warm items, {cold_start.validation_items.sum():,} cold to validate on and "
        f"{cold_start.test_items.sum():,} to test on. Cases: validation {len(split.validation):,} warm, "
        f"{len(cold_start.cold_validation):,} cold; test {len(split.test):,} warm, {len(cold_start.cold_test):,} cold."
    )


def main(
    data_set: Annotated[str, typer.Argument(help="A folder of --data with ratings.csv.gz and items.csv.gz.")],
    data: Annotated[Path, typer.Option(help="Where the data sets lie.")] = Path("../shared/data"),
    by: Annotated[str, typer.Option(help="random or first_appearance.")] = "random",
    seed: Annotated[int, typer.Option(help="Of the draw.")] = 0,
    floors_only: Annotated[bool, typer.Option("--floors-only", help="Train nothing.")] = False,
    out: Annotated[Path | None, typer.Option(help="Also write the test table: .csv, .json or .md.")] = None,
) -> None:
    """Prints the figures of both parts; what is chosen is chosen on validation."""
    console = Console()
    try:
        if not floors_only:
            raise InputError("only the floors can be had yet: pass --floors-only.")
        items = pd.read_csv(data / data_set / "items.csv.gz", dtype=str)
        interactions = Interactions.read(data / data_set / "ratings.csv.gz")
        cold_start = hold_out_items(interactions, by=by, seed=seed, catalogue_ids=items["item_id"].to_numpy(object))
        console.print(describe(cold_start))
        texts = item_texts(items, cold_start.vocabulary)
        for part in PARTS:
            table = cold_start_leaderboard(list(cold_floor_entries(cold_start, texts, part)))
            console.print(rich_table(table, f"{data_set}, {part}: NDCG@10, seen items masked", ("warm", "all")))
        if out is not None:
            save_leaderboard(table, out, ("warm", "all"))
    except InputError as error:
        console.print(f"Error: {error}", style="red", markup=False)
        raise typer.Exit(2) from error


if __name__ == "__main__":
    typer.run(main)
