"""Recipes with default settings, which add counts if the data suggest it, against every baseline.

python -m benchmarks.defaults ml-100k --models gru,caser,lru --seeds 3
"""

import logging

import typer
from rich.console import Console

import tfrec_dl  # noqa: F401  (selects Keras 2)
from benchmarks.options import FOLDER, RUNS, Data, Folder, Models, Out, Runs, Seeds, source_of
from tfrec_dl.baselines.fit import baseline_entries
from tfrec_dl.evaluation.evaluate import evaluate, mean_report
from tfrec_dl.evaluation.leaderboard import Entry, leaderboard
from tfrec_dl.evaluation.paired import paired_difference
from tfrec_dl.evaluation.rendering import rich_table, save_leaderboard
from tfrec_dl.lifecycle.compare import train_once
from tfrec_dl.recipes.named import get_recipe
from tfrec_dl.runs.run_folder import run_seconds


def main(
    data: Data,
    models: Models = "gru,caser,lru",
    seeds: Seeds = 1,
    folder: Folder = FOLDER,
    runs: Runs = RUNS,
    out: Out = None,
) -> None:
    """Trains what is not trained yet, and prints the leaderboard."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    console = Console()
    dataset = source_of(data, folder).read()
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
    baselines = list(baseline_entries(split, split.test, False, on_skip=console.print))
    table = leaderboard([*entries, *baselines])
    console.print(rich_table(table, f"{data}: test, {len(split.test):,} users, no settings, mean of {seeds} seed(s)"))
    best = max(baselines, key=lambda entry: float(entry.report.per_user("ndcg@10").mean()))
    for entry in entries:
        gain = paired_difference(entry.report, best.report, "ndcg@10")
        interval = f"[{gain.low:+.4f}, {gain.high:+.4f}]"
        console.print(f"{entry.name} against {best.name}: NDCG@10 {gain.difference:+.4f} {interval}, p {gain.p:.2g}")
    if out is not None:
        save_leaderboard(table, out)


if __name__ == "__main__":
    typer.run(main)
