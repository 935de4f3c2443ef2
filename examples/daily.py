"""The daily loop, to be run by a scheduler: `python examples/daily.py log.csv today.csv clicks/`.

Measures drift, continues training from yesterday's run (or trains from scratch if the metrics have fallen), exports the
new version, labels it as the canary (on the first day as stable), and writes recommendations for all users. If killed,
the same call continues.
"""

import argparse
import datetime
from pathlib import Path

import tfrec_dl
from tfrec_dl.drift import measure_drift
from tfrec_dl.lifecycle import warm_recipe
from tfrec_dl.serving import label_versions

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("log", help="Table of all interactions so far.")
parser.add_argument("today", help="The rows of the users who did something since the last day.")
parser.add_argument("home", type=Path, help="Folder for runs, exports and recommendations.")
parser.add_argument("--day", default=datetime.date.today().isoformat(), help="Name of the day; later ones sort later.")
parser.add_argument("--model", default="gru", help="Recipe for the first day.")
parser.add_argument("--epochs", type=int, help="Epochs of a training from scratch.")
parser.add_argument("-k", type=int, default=20, help="Recommendations per user.")
arguments = parser.parse_args()

folder = arguments.home / "runs" / arguments.day
served = arguments.home / "served"
done = arguments.home / "recommendations" / f"{arguments.day}.parquet"
finished = sorted(path.parent for path in arguments.home.glob("runs/*/metrics.json"))
before = [run for run in finished if run.name < arguments.day]
if done.exists():
    parser.exit(message=f"{done} exists: the day is done\n")


def recipe_of_the_day() -> tfrec_dl.Recipe:
    """Returns yesterday's recipe for a few epochs, or the first day's recipe if yesterday's metrics have fallen."""
    if (folder / "config.json").exists():  # an earlier call started this run
        return tfrec_dl.open_run(folder).recipe
    if before:
        report = measure_drift(served, arguments.today)
        print(f"drift: {', '.join(report.flagged) or 'none'}")
        if "ndcg" not in report.flagged:
            return warm_recipe(before[-1])
    recipe = tfrec_dl.get_recipe(arguments.model)
    return recipe.with_settings({"epochs": arguments.epochs} if arguments.epochs else {})


run = tfrec_dl.train(recipe_of_the_day(), tfrec_dl.DataSource(arguments.log), folder, verbose=2)
print(f"{folder}: test NDCG@10 {run.metrics()['test/ndcg@10']:.4f}")

version = tfrec_dl.export(run, served)
new = int(version.name)
label_versions(served, {"stable": new - 1, "canary": new} if before else {"stable": new})
print(f"{version} is {'the canary' if before else 'served'}")

done.parent.mkdir(exist_ok=True)
print(tfrec_dl.batch_recommend(version, arguments.log, done, k=arguments.k))
