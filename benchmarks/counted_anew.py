"""What transitions of held-out interactions add to runs with default settings, by counting transitions again.

Compares test metrics with transitions from the training part, and from the training and validation parts. An export
that is given the table (`export --counts`) has the latter. Network, settings and weights are the same.

python -m benchmarks.counted_anew ml-100k --models gru
"""

import typer

import tfrec_dl  # noqa: F401  (selects Keras 2)
from benchmarks.options import FOLDER, RUNS, Data, Folder, Models, Runs, source_of
from benchmarks.timing import print_table
from tfrec_dl.evaluation.evaluate import evaluate
from tfrec_dl.evaluation.paired import paired_difference
from tfrec_dl.lifecycle.compare import train_once
from tfrec_dl.recipes.named import get_recipe
from tfrec_dl.stacking.counted_anew import counted_anew

METRIC = "ndcg@10"


def main(data: Data, models: Models = "gru", folder: Folder = FOLDER, runs: Runs = RUNS) -> None:
    """Trains what is not trained yet, and prints the table."""
    dataset, rows = source_of(data, folder).read(), []
    split = dataset.split
    for name in models.split(","):
        run = train_once(get_recipe(name), dataset, runs / data / "defaults" / name / "seed-0", verbose=2)
        stack = run.model()
        before, after = (
            evaluate(model, split.test, split.vocabulary)
            for model in (stack, counted_anew(stack, split.test.histories))
        )
        difference = paired_difference(after, before, METRIC)
        cells = [f"{report.means()[METRIC]:.4f}, {report.means()['hit_rate@10']:.4f}" for report in (before, after)]
        rows.append([name, *cells, f"{difference.difference:+.4f} [{difference.low:+.4f}, {difference.high:+.4f}]"])
    print(f"{data}: test NDCG@10, hit rate@10 of {len(split.test):,} users")
    print_table(["", "transitions of the training part", "and of validation", "difference"], rows)


if __name__ == "__main__":
    typer.run(main)
