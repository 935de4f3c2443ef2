"""No settings at all: recipes as they come, counts beside them where the data say so, against every baseline.

python -m benchmarks.defaults ml-100k --models gru,caser,lru --seeds 3
"""

import logging
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

import tfrec_dl  # noqa: F401  (selects Keras 2)
from benchmarks.settings import DATA_SETS
from tfrec_dl.baselines.fit import baseline_entries
from tfrec_dl.data.source import DataSource
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.evaluate import evaluate, mean_report
from tfrec_dl.evaluation.leaderboard import Entry, leaderboard
from tfrec_dl.evaluation.rendering import rich_table, save_leaderboard
from tfrec_dl.lifecycle.compare import train_once
from tfrec_dl.recipes.named import get_recipe
from tfrec_dl.runs.run_folder import run_seconds


def main(
    data: Annotated[str, typer.Argument(help=f"One of {', '.join(DATA_SETS)}.")],
    models: Annotated[str, typer.Option(help="Comma-separated recipes.")] = "gru,caser,lru",
    seeds: Annotated[int, typer.Option(help="Repetitions of each recipe.", min=1)] = 1,
    folder: Annotated[Path, typer.Option(help="Where the data sets are.")] = Path("../shared/data"),
    runs: Annotated[Path, typer.Option(help="Where runs are kept; finished ones are not repeated.")] = Path("runs"),
    out: Annotated[Path | None, typer.Option(help="Also write the table: .csv, .json or .md.")] = None,
) -> None:
    """Trains what is not trained yet, and prints the leaderboard."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    console = Console()
    if data not in DATA_SETS:
        raise InputError(f"no data set is called {data!r}: choose one of {', '.join(DATA_SETS)}.")
    dataset = DataSource(str(folder / DATA_SETS[data].path)).read()
    split, entries = dataset.split, []
    for name in models.split(","):
        reports, seconds = [], []
        for seed in range(seeds):
            recipe = get_recipe(name).with_settings({"seed": seed})
            run = train_once(recipe, dataset, runs / data / "defaults" / name / f"seed-{seed}", verbose=2)
            metrics = run.metrics()
            parts = ", ".join(
                f"{part} NDCG@10 {metrics[f'{part}/ndcg@10']:.4f}, HR@10 {metrics[f'{part}/hit_rate@10']:.4f}"
                for part in ("validation", "test")
            )
            console.print(f"{name} seed {seed}: {parts}; {'; '.join(run.recipe.family.outcome(run))}")
            reports.append(evaluate(run.model(), split.test, split.vocabulary))
            seconds.append(run_seconds(run) or 0.0)
        entries.append(Entry(name, mean_report(reports), sum(seconds) / len(seconds)))
    table = leaderboard([*entries, *baseline_entries(split, split.test, False, on_skip=console.print)])
    console.print(rich_table(table, f"{data}: test, {len(split.test):,} users, no settings, mean of {seeds} seed(s)"))
    if out is not None:
        save_leaderboard(table, out)


if __name__ == "__main__":
    typer.run(main)
