"""Quality on the test part: networks alone, without counts, averaged over seeds, beside the baselines.

python -m benchmarks.quality ml-100k --models gru,lstm --seeds 3
"""

import logging
from pathlib import Path

import pandas as pd
import typer
from rich.console import Console

import tfrec_dl  # noqa: F401  (selects Keras 2)
from benchmarks.options import FOLDER, RUNS, Data, Folder, Models, Out, Runs, Seeds, source_of
from benchmarks.settings import DATA_SETS
from tfrec_dl.baselines.fit import baseline_entries
from tfrec_dl.data.source import DataSource
from tfrec_dl.data.splits.split import Split
from tfrec_dl.evaluation.evaluate import evaluate, mean_report
from tfrec_dl.evaluation.leaderboard import Entry, leaderboard
from tfrec_dl.evaluation.rendering import rich_table, save_leaderboard
from tfrec_dl.families.run import Run
from tfrec_dl.lifecycle.train import train
from tfrec_dl.recipes.named import get_recipe


def main(
    data: Data, models: Models = "gru", seeds: Seeds = 1, folder: Folder = FOLDER, runs: Runs = RUNS, out: Out = None
) -> None:
    """Trains what is not trained yet, and prints the leaderboard."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    console = Console()
    source = source_of(data, folder)
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
