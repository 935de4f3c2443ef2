"""Loss of quality when rare items share rows of the item table: test NDCG@10 by number of rows.

python -m benchmarks.hashed_ids ml-100k
python -m benchmarks.hashed_ids ml-1m --own 1000

Trains the recipe `gru` with the settings of `benchmarks.settings` for the data set. On two idle cores, each line of the
output takes a minute on ml-100k and a quarter of an hour on ml-1m. Finished runs are kept and not repeated. The last
column is the mean difference of the users' NDCG@10 from that of the full table, with its paired 95 % interval.
"""

import argparse
from pathlib import Path

import tfrec_dl  # noqa: F401  (selects Keras 2)
from benchmarks.settings import DATA_SETS
from tfrec_dl.data.source import DataSource
from tfrec_dl.evaluation.evaluate import Report, evaluate
from tfrec_dl.evaluation.paired import paired_difference
from tfrec_dl.families.run import Run
from tfrec_dl.lifecycle.train import train
from tfrec_dl.recipes.named import get_recipe


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", choices=list(DATA_SETS))
    parser.add_argument("--own", type=int, default=500, help="Items that have their own row.")
    parser.add_argument("--model", default="gru")
    parser.add_argument("--epochs", type=int, help="Maximum number of epochs (default: that of the data set).")
    parser.add_argument("--folder", type=Path, default=Path("../shared/data"), help="Folder of the data sets.")
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="Folder of the runs.")
    arguments = parser.parse_args()

    source = DataSource(str(arguments.folder / DATA_SETS[arguments.data].path))
    split = source.read().split
    others = split.vocabulary.trained_size - 2 - arguments.own
    cases = {
        "all": {},
        "half": {"own_rows": arguments.own, "buckets": others // 2},
        "a fifth": {"own_rows": arguments.own, "buckets": others // 5},
        "a fifth, one function": {"own_rows": arguments.own, "buckets": others // 5, "functions": 1},
        "a twentieth": {"own_rows": arguments.own, "buckets": others // 20},
    }
    settings = DATA_SETS[arguments.data].settings.get(arguments.model, {})
    if arguments.epochs:
        settings = {**settings, "epochs": arguments.epochs}
    print(f"{arguments.data}, {arguments.model}: {arguments.own:,} items have their own rows, {others:,} share")
    print("| rows for the others | rows in all | test NDCG@10 | 95 % interval | difference |\n|---|---|---|---|---|")
    whole: Report | None = None
    for name, hashing in cases.items():
        recipe = get_recipe(arguments.model).with_settings({"counts": False, **settings, **hashing})
        folder = (
            arguments.runs / arguments.data / "hashed_ids" / arguments.model / name.replace(",", "").replace(" ", "-")
        )
        finished = (folder / "metrics.json").exists() and Run.open(folder).recipe == recipe
        run = Run.open(folder) if finished else train(recipe, source, folder, verbose=0)
        report = evaluate(run.model(), split.test, split.vocabulary)
        whole = whole or report
        gain = paired_difference(report, whole, "ndcg@10")
        figures = run.metrics()
        low, mean, high = (figures[f"test/ndcg@10{part}"] for part in ("/low", "", "/high"))
        difference = "" if report is whole else f"{gain.difference:+.4f} ({gain.low:+.4f} to {gain.high:+.4f})"
        rows = recipe.model.hashing.rows(split.vocabulary.size)
        print(f"| {name} | {rows:,} | {mean:.4f} | {low:.4f} to {high:.4f} | {difference} |", flush=True)


if __name__ == "__main__":
    main()
