"""The advised recipe against the best of all recipes and baselines, with default settings and without refitting.

python -m benchmarks.advice ml-100k,ml-1m        # data sets; existing runs of benchmarks.defaults are reused
python -m benchmarks.advice generated            # tables whose structure is known
"""

import logging
import time
from pathlib import Path

import typer
from rich.console import Console

import tfrec_dl  # noqa: F401  (selects Keras 2)
from benchmarks.known_tables import TABLES
from benchmarks.options import FOLDER, RUNS, Folder, Models, Runs, source_of
from benchmarks.timing import print_table
from tfrec_dl.advice.advise import advise_on
from tfrec_dl.baselines.fit import baseline_entries
from tfrec_dl.data.source import DataSource
from tfrec_dl.lifecycle.compare import train_once
from tfrec_dl.recipes.named import get_recipe

METRIC = "ndcg@10"
HEADER = ("data", "advised", "its NDCG@10, test", "best", "its NDCG@10, test", "ratio", "seconds of advice")


def main(
    data: str,
    models: Models = "gru,caser,lru,lstm,simple_rnn,next_it_net,mult_dae",
    folder: Folder = FOLDER,
    runs: Runs = RUNS,
) -> None:
    """Trains what is not trained yet; prints a line for each table."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    names = list(TABLES) if data == "generated" else data.split(",")
    rows = [_row(name, models.split(","), folder, runs) for name in names]
    print_table(HEADER, rows)


def _row(name: str, models: list[str], folder: Path, runs: Path) -> tuple[str, ...]:
    source = _generated(name, runs) if name in TABLES else source_of(name, folder)
    dataset = source.read()
    start = time.perf_counter()
    advice = advise_on(dataset)
    seconds = time.perf_counter() - start
    first = advice.advised[0].recipe
    keep_seen = first.training.keep_seen
    found = {}
    for model in dict.fromkeys([*models, first.name]):
        recipe = get_recipe(model).with_settings({"seed": 0} | ({"keep_seen": True} if keep_seen else {}))
        run = train_once(recipe, dataset, runs / name / "defaults" / model / "seed-0", verbose=0)
        found[model] = run.metrics()[f"test/{METRIC}"]
        Console(stderr=True).print(f"{name}: {model} {found[model]:.4f}")
    networks = max(found, key=lambda model: found[model])
    for entry in baseline_entries(dataset.split, dataset.split.test, keep_seen):
        found[entry.name] = entry.report.means()[METRIC]
    advised = first.name if advice.worth_a_network else "popularity"
    best = max(found, key=lambda model: found[model])
    ratio = found[advised] / found[best if advice.worth_a_network else networks]
    label = advised if advice.worth_a_network else "no network: popularity"
    return (name, label, f"{found[advised]:.4f}", best, f"{found[best]:.4f}", f"{ratio:.3f}", f"{seconds:.0f}")


def _generated(name: str, runs: Path) -> DataSource:
    path = runs / name / "table.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    TABLES[name]().to_csv(path, index=False)
    return DataSource(str(path))


if __name__ == "__main__":
    typer.run(main)
