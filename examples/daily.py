"""The loop of every day, from a scheduler: `python examples/daily.py log.csv today.csv clicks/`.

Looks at what has drifted, trains on from yesterday's run (anew where the metrics have fallen), exports, lets the new
version be the canary, and writes everybody's recommendations. Killed at any moment, the same call goes on.
"""

import argparse
import datetime
from pathlib import Path

import tfrec_dl
from tfrec_dl.drift import measure_drift
from tfrec_dl.lifecycle import warm_recipe
from tfrec_dl.serving import label_versions

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("log", help="Table of all interactions that are to be known.")
parser.add_argument("today", help="The rows of those users who did something since the last day.")
parser.add_argument("home", type=Path, help="Folder of runs, export and recommendations.")
parser.add_argument("--day", default=datetime.date.today().isoformat(), help="Name of the day, later ones sort later.")
parser.add_argument("--model", default="gru", help="Recipe of the first day.")
parser.add_argument("--epochs", type=int, help="Of a training anew.")
parser.add_argument("-k", type=int, default=20, help="Recommendations a user.")
arguments = parser.parse_args()

folder = arguments.home / "runs" / arguments.day
served = arguments.home / "served"
done = arguments.home / "recommendations" / f"{arguments.day}.parquet"
finished = sorted(path.parent for path in arguments.home.glob("runs/*/metrics.json"))
before = [run for run in finished if run.name < arguments.day]
if done.exists():
    parser.exit(message=f"{done} is there: the day is done\n")


def recipe_of_the_day() -> tfrec_dl.Recipe:
    """Yesterday's recipe for a few epochs; that of the first day where yesterday's answers are no longer good."""
    if (folder / "config.json").exists():  # an earlier call began it
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
