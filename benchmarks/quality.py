"""Quality on the test part: networks alone, without counts, averaged over seeds, beside the baselines.

python -m benchmarks.quality ml-100k --models gru,lstm --seeds 3
"""

import logging
from pathlib import Path
from typing import Annotated

import pandas as pd
import typer
from rich.console import Console

import tfrec_dl  # noqa: F401  (selects Keras 2)
from benchmarks.settings import DATA_SETS
from tfrec_dl.baselines.fit import baseline_entries
from tfrec_dl.data.source import DataSource
from tfrec_dl.data.splits.split import Split
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.evaluate import evaluate, mean_report
from tfrec_dl.evaluation.leaderboard import Entry, leaderboard
from tfrec_dl.evaluation.rendering import rich_table, save_leaderboard
from tfrec_dl.families.run import Run
from tfrec_dl.lifecycle.train import train
from tfrec_dl.recipes.named import get_recipe


def main(
    data: Annotated[str, typer.Argument(help=f"One of {', '.join(DATA_SETS)}.")],
    models: Annotated[str, typer.Option(help="Comma-separated recipes.")] = "gru",
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
    source = DataSource(str(folder / DATA_SETS[data].path))
    split = source.read().split
    entries = [
        _trained(name, data, source, split, runs / data / name, seeds, console) for name in models.split(",") if name
    ]
    table = leaderboard([*entries, *baseline_entries(split, split.test, False, on_skip=console.print)])
    console.print(rich_table(table, f"{data}: test, {len(split.test):,} users, seen masked, mean of {seeds} seed(s)"))
    if out is not None:
        save_leaderboard(table, out)


def _trained(
    name: str, data: str, source: DataSource, split: Split, folder: Path, seeds: int, console: Console
) -> Entry:
    """Trains a recipe with each seed, and averages its report over them."""
    reports, seconds = [], []
    for seed in range(seeds):
        run_folder = folder / f"seed-{seed}"
        recipe = get_recipe(name).with_settings(
            {"counts": False, **DATA_SETS[data].settings.get(name, {}), "seed": seed}
        )
        finished = (run_folder / "metrics.json").exists() and Run.open(run_folder).recipe == recipe
        run = Run.open(run_folder) if finished else train(recipe, source, run_folder, verbose=2)
        history = pd.read_csv(run_folder / "history.csv")
        best = history.loc[history["val_ndcg@10"].idxmax()]
        metrics = run.metrics()
        console.print(
            f"{name} seed {seed}: {len(history)} epochs, {history['seconds'].sum():.0f} s; "
            f"best epoch {best['epoch']:.0f} with validation NDCG@10 {best['val_ndcg@10']:.4f}; "
            f"test NDCG@10 {metrics['test/ndcg@10']:.4f}, "
            f"HR@10 {metrics['test/hit_rate@10']:.4f}"
        )
        reports.append(evaluate(run.model(), split.test, split.vocabulary))
        seconds.append(float(history["seconds"].sum()))
    return Entry(name, mean_report(reports), sum(seconds) / len(seconds))


if __name__ == "__main__":
    typer.run(main)
