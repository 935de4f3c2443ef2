"""Cold start: warm, cold and all items on a hold-out of 20 % of the items, beside the baselines.

python -m benchmarks.cold_start ml-1m --models behaviour,content,hybrid
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

import tfrec_dl  # noqa: F401  (selects Keras 2)
from benchmarks.settings import COLD_START
from tfrec_dl.baselines.cold_start import cold_baseline_entries, item_texts
from tfrec_dl.baselines.random_scores import RandomScores
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.source import DataSource
from tfrec_dl.data.splits.cold_start import ColdStartSplit
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.cold_start import ColdStartEntry, cold_start_leaderboard, evaluate_cold_start
from tfrec_dl.evaluation.evaluate import Report, mean_report
from tfrec_dl.evaluation.paired import paired_difference
from tfrec_dl.evaluation.rendering import rich_table, save_leaderboard
from tfrec_dl.lifecycle.compare import train_once
from tfrec_dl.recipes.named import get_recipe
from tfrec_dl.runs.run_folder import run_seconds

BESIDE = ("warm", "all")
DRAWS = 20  # of random scores


def describe(cold_start: ColdStartSplit) -> str:
    split = cold_start.split
    return (
        f"{cold_start.warm_items.sum():,} warm items, {cold_start.validation_items.sum():,} cold to validate on and "
        f"{cold_start.test_items.sum():,} to test on. Cases: validation {len(split.validation):,} warm, "
        f"{len(cold_start.cold_validation):,} cold; test {len(split.test):,} warm, {len(cold_start.cold_test):,} cold."
    )


def averaged(found: Sequence[Mapping[str, Report]]) -> dict[str, Report]:
    """Warm, cold and all of repeated runs, averaged for each user."""
    return {kind: mean_report([reports[kind] for reports in found]) for kind in found[0]}


def main(
    data: Annotated[str, typer.Argument(help=f"One of {', '.join(COLD_START)}.")],
    models: Annotated[
        str, typer.Option(help="Comma-separated names from benchmarks/settings.py; empty for the baselines alone.")
    ] = "",
    folder: Annotated[Path, typer.Option(help="Folder of the data sets.")] = Path("../shared/data"),
    runs: Annotated[Path, typer.Option(help="Folder of the runs; finished ones are not repeated.")] = Path("runs"),
    seeds: Annotated[int, typer.Option(help="Runs per model; metrics are averaged per user.", min=1)] = 1,
    part: Annotated[str, typer.Option(help="'test', or 'validation' for choosing settings.")] = "test",
    out: Annotated[Path | None, typer.Option(help="Also write the table to this .csv, .json or .md file.")] = None,
) -> None:
    """Trains what is not trained yet, and prints the leaderboard of one part."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    console = Console()
    if data not in COLD_START:
        raise InputError(f"no data set is called {data!r}: choose one of {', '.join(COLD_START)}.")
    chosen = COLD_START[data]
    names = [name for name in models.split(",") if name]
    for name in names:
        if name not in chosen.models:
            raise InputError(f"no model is called {name!r}: choose from {', '.join(chosen.models)}.")
    ratings, items = str(folder / data / "ratings.csv.gz"), folder / data / "items.csv.gz"
    source = DataSource(ratings, split="cold-start")
    cold_start = source.read().cold_split
    console.print(describe(cold_start))
    entries = []
    for name in names:
        variant = chosen.models[name]
        one = source
        if variant.settings["kind"] != "behaviour":
            one = replace(source, items=str(items), item_kinds=variant.kinds, image_size=chosen.image_size)
        # The catalogue has some items that nobody met: a vocabulary of its own, the same cases.
        dataset = one.read()
        found, seconds = [], []
        for seed in range(seeds):
            recipe = get_recipe("gru").with_settings({**chosen.settings, **variant.settings, "seed": seed})
            place = runs / f"cold-{data}" / name / f"seed-{seed}"
            run = train_once(recipe, dataset, place, verbose=2)
            found.append(evaluate_cold_start(run.model(), dataset.cold_split, part))
            seconds.append(run_seconds(run))
        entries.append(ColdStartEntry(name, averaged(found), sum(seconds) / seeds))
    texts = item_texts(Catalogue.read(items, kinds=chosen.texts), cold_start.vocabulary)
    entries += cold_baseline_entries(cold_start, texts, part)
    table = cold_start_leaderboard(entries)
    console.print(rich_table(table, f"{data}, {part}: NDCG@10, seen items masked, mean of {seeds} seed(s)", BESIDE))
    # One draw of random scores may be a lucky one: a model is compared with the mean of many.
    draws = [evaluate_cold_start(RandomScores(cold_start.vocabulary, seed), cold_start, part) for seed in range(DRAWS)]
    reports = {entry.name: entry.reports["cold"] for entry in entries} | {"random": averaged(draws)["cold"]}
    for one, other in chosen.pairs:
        if one in reports and other in reports:
            paired = paired_difference(reports[one], reports[other], "ndcg@10")
            interval = f"{paired.low:+.4f} to {paired.high:+.4f}"
            console.print(f"cold, {one} - {other}: {paired.difference:+.4f} ({interval}), p {paired.p:.2g}")
    if out is not None:
        save_leaderboard(table, out, BESIDE)


if __name__ == "__main__":
    typer.run(main)
