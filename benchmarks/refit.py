"""What training on the validation part too adds to recipes with default settings: before and after the refit.

Reports the test metrics of the model that was chosen on validation and of the refitted one, as `train --refit` does.
Both have the same settings, the same number of epochs and the same combination of network and counts.

python -m benchmarks.refit amazon-beauty-5core --models gru,lru
"""

import typer

import tfrec_dl  # noqa: F401  (selects Keras 2)
from benchmarks.options import FOLDER, RUNS, Data, Folder, Models, Runs, Seeds, source_of
from benchmarks.timing import print_table
from tfrec_dl.lifecycle.compare import train_once
from tfrec_dl.recipes.named import get_recipe


def main(data: Data, models: Models = "gru", seeds: Seeds = 1, folder: Folder = FOLDER, runs: Runs = RUNS) -> None:
    """Trains what is not trained yet, and prints the table."""
    dataset, rows = source_of(data, folder).read(), []
    for name in models.split(","):
        for seed in range(seeds):
            recipe = get_recipe(name).with_settings({"seed": seed, "training.refit": True})
            run = train_once(recipe, dataset, runs / data / "refit" / name / f"seed-{seed}", verbose=2)
            rows.append([name, str(seed), *_cells(run.metrics())])
    print(f"{data}: test NDCG@10, hit rate@10 of {len(dataset.split.test):,} users; difference with its 95 % interval")
    print_table(["", "seed", "of the training part", "and of validation", "difference", "p"], rows)


def _cells(metrics: dict[str, float]) -> list[str]:
    parts = ("test_start", "test")
    values = [f"{metrics[f'{part}/ndcg@10']:.4f}, {metrics[f'{part}/hit_rate@10']:.4f}" for part in parts]
    gain, low, high, p = (metrics[f"test_gain/ndcg@10{end}"] for end in ("", "/low", "/high", "/p"))
    return [*values, f"{gain:+.4f} [{low:+.4f}, {high:+.4f}]", f"{p:.2g}"]


if __name__ == "__main__":
    typer.run(main)
