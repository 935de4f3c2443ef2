"""What features add if the id is known: hybrid against behavior-only models, on all items and on rare ones.

python -m benchmarks.hybrid ml-100k --seeds 3
"""

import logging
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

import tfrec_dl  # noqa: F401  (selects Keras 2)
from benchmarks.settings import DATA_SETS, HYBRID
from tfrec_dl.data.source import DataSource
from tfrec_dl.data.splits.evaluation_cases import EvaluationCases
from tfrec_dl.errors import InputError
from tfrec_dl.evaluation.evaluate import Report, evaluate, mean_report
from tfrec_dl.evaluation.paired import paired_difference
from tfrec_dl.families.run import Run
from tfrec_dl.lifecycle.compare import train_once
from tfrec_dl.recipes.named import get_recipe

METRIC = "ndcg@10"
RARE = 20  # training interactions below which an item is rare


def main(
    data: Annotated[str, typer.Argument(help=f"One of {', '.join(HYBRID)}.")],
    model: Annotated[str, typer.Option(help="Recipe.")] = "gru",
    seeds: Annotated[int, typer.Option(help="Runs per kind of model.", min=1)] = 1,
    folder: Annotated[Path, typer.Option(help="Folder of the data sets.")] = Path("../shared/data"),
    runs: Annotated[Path, typer.Option(help="Folder of the runs; finished ones are not repeated.")] = Path("runs"),
    part: Annotated[str, typer.Option(help="'test', or 'validation' for choosing settings.")] = "test",
) -> None:
    """Trains what is not trained yet, and prints both kinds with their paired difference."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if data not in HYBRID:
        raise InputError(f"no data set is called {data!r}: choose one of {', '.join(HYBRID)}.")
    variant = HYBRID[data]
    behaviour = DataSource(str(folder / DATA_SETS[data].path))
    hybrid = replace(behaviour, items=str(folder / data / "items.csv.gz"), item_kinds=variant.kinds)
    settings = DATA_SETS[data].settings[model]
    found = {}
    for name, source, changed in ((model, behaviour, {}), (f"{model}-hybrid", hybrid, variant.settings)):
        dataset = source.read()
        reports = []
        for seed in range(seeds):
            recipe = get_recipe(model).with_settings({**settings, **changed, "seed": seed})
            place = runs / data / name / f"seed-{seed}"
            reports.append(measured(train_once(recipe, dataset, place, verbose=2), part))
        found[name] = mean_report(reports)
    # Rare by the counts of training, the same for both; an item that nobody met there counts 0.
    split = behaviour.read().split
    cases: EvaluationCases = getattr(split, part)
    counts = split.vocabulary.item_counts[cases.targets.items[cases.targets.offsets[:-1]]]
    table = Table("items", "users", *found, "ratio", "difference, 95 % interval", title=f"{data}, {part}: {METRIC}")
    for items, chosen in {"all": counts >= 0, f"fewer than {RARE} interactions": counts < RARE}.items():
        base, features = (part_of(report, chosen) for report in found.values())
        difference = paired_difference(features, base, METRIC)
        means = [float(report.per_user(METRIC).mean()) for report in (base, features)]
        table.add_row(
            items,
            f"{np.count_nonzero(chosen):,}",
            *(f"{mean:.4f}" for mean in means),
            f"{means[1] / means[0]:.3f}",
            f"{difference.difference:+.4f} ({difference.low:+.4f} to {difference.high:+.4f})",
        )
    Console().print(table)


def measured(run: Run, part: str) -> Report:
    """A run's report, its own items as candidates."""
    split = run.split()
    return evaluate(run.model(), getattr(split, part), split.vocabulary)


def part_of(report: Report, chosen: np.ndarray) -> Report:
    """The report of some of its users."""
    values = {METRIC: report.per_user(METRIC)[chosen]}
    return replace(report, values=values, totals={}, user_ids=report.user_ids[chosen])


if __name__ == "__main__":
    typer.run(main)
