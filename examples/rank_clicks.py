"""Ranks items by predicted clicks, from a log of impressions: `python examples/rank_clicks.py --epochs 8`.

The log is synthetic, so that results can be compared with the truth. Users like some kinds of items. A user clicks an
item if they look at its position in the list and like the item. The lists were shown in random order. Export needs the
extra `serving`: pip install "tfrec_dl[serving]".
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

import tfrec_dl  # noqa: F401  before the first use of tf.keras: it selects Keras 2
from tfrec_dl import RECIPES, RankingSource, load_ranker, train
from tfrec_dl.ranking import (
    Feedback,
    LoggedFeedback,
    evaluate_ranking,
    export_ranking_model,
    paired_click_difference,
    ranking_rows,
    reliability_markdown,
    self_normalised,
)

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--requests", type=int, default=10_000, help="lists in the log")
parser.add_argument("--epochs", type=int, default=8)
parser.add_argument("--out", type=Path, help="folder for the log, the runs and the export (default: a temporary one)")
arguments = parser.parse_args()
out = arguments.out or Path(tempfile.mkdtemp())
out.mkdir(parents=True, exist_ok=True)

# The world: 200 users like some of 6 kinds of items. They always look at the first position of a list, seldom at the
# fourth.
USERS, ITEMS, KINDS, LOOKED_AT = 200, 60, 6, np.array([1.0, 0.6, 0.4, 0.25])
generator = np.random.default_rng(0)
liking = generator.normal(-2.0, 2.0, (USERS, KINDS))
price = np.round(generator.lognormal(3.0, 0.5, ITEMS), 2)

# The log has one row per item shown. The order of each list is random, so every item was equally likely at each of the
# four positions. Its propensity there is therefore 1/4, which makes it possible to estimate another order's effect.
places = len(LOOKED_AT)
user = np.repeat(generator.integers(USERS, size=arguments.requests), places)
item = np.concatenate([generator.permutation(ITEMS)[:places] for _ in range(arguments.requests)])
position = np.tile(np.arange(places), arguments.requests)
chance = 1 / (1 + np.exp(-liking[user, item % KINDS] + np.log(price[item] / 20)))  # of a click, if looked at
log = pd.DataFrame(
    {
        "user_id": [f"user-{number}" for number in user],
        "item_id": [f"item-{number}" for number in item],
        "timestamp": np.repeat(np.arange(arguments.requests), places),
        "request": np.repeat(np.arange(arguments.requests), places),
        "position": position,
        "kind": [f"kind-{number}" for number in item % KINDS],
        "price": price[item],
        "propensity": 1 / places,
        "click": (generator.random(len(user)) < chance * LOOKED_AT[position]).astype(int),
    }
)
log.to_csv(out / "log.csv", index=False)

# Says what each column means. All other columns are features unless ignored. The position is used in training but not
# in serving.
source = RankingSource(
    str(out / "log.csv"),
    Feedback(click="click"),
    lists=("request",),
    position="position",
    context={"propensity": "ignore"},
)
runs, reports = {}, {}
for name in ("din", "dcn"):
    recipe = RECIPES[name].with_settings({"epochs": arguments.epochs})
    runs[name] = train(recipe, source, out / name)
    model, split = runs[name].model(), runs[name].split()  # the last fifth of the requests is the test part
    reports[name] = evaluate_ranking(model, ranking_rows(model.fitted_state, split), split.test)["click"]

summaries = {name: report.summary() for name, report in reports.items()}
for metric in ("auc", "group_auc", "ndcg", "log_loss", "normalised_entropy", "calibration_error", "ctr", "ctr@1"):
    values = "  ".join(f"{name} {found[metric]:.4f}" for name, found in summaries.items())
    print(f"{metric:20}{values}")
gain = paired_click_difference(reports["din"], reports["dcn"], "ndcg")
print(f"din less dcn, ndcg  {gain.difference:+.4f} ({gain.low:+.4f} to {gain.high:+.4f}, p {gain.p:.3f})")

# Are predicted probabilities click rates?
print(f"\nreliability of din\n{reliability_markdown(reports['din'].reliability())}")

# What click rate would din's order have had? The estimate uses the rows that were shown where din would put them. (The
# truth is known only because the log is synthetic.)
tested = log.iloc[split.test].reset_index(drop=True)
report = reports["din"]
ours = pd.Series(-report.predicted).groupby(report.lists).rank(method="first").to_numpy().astype(int) - 1
feedback = LoggedFeedback(
    rewards=tested["click"],
    propensities=tested["propensity"],
    new_propensities=ours == tested["position"],
    lists=tested["request"],
)
estimate = self_normalised(feedback)
truth = (chance[split.test] * LOOKED_AT[ours]).mean()
print(f"click rate as logged {tested['click'].mean():.4f}")
print(f"in din's order       {estimate.value:.4f} ({estimate.low:.4f} to {estimate.high:.4f}), in truth {truth:.4f}")

# The export ranks a request: a user with the items that they clicked before, and four candidates.
ranker = load_ranker(export_ranking_model(runs["din"].model(), out / "export"))
now, asked = tested["timestamp"].iloc[-1], tested.tail(places)
past = log[(log["user_id"] == asked["user_id"].iloc[0]) & (log["click"] == 1) & (log["timestamp"] < now)].tail(50)
(ranked,) = ranker.rank(
    asked["user_id"].iloc[:1],
    [past["item_id"].tolist()],
    [asked["item_id"].tolist()],
    context={"kind": [asked["kind"].tolist()], "price": [asked["price"].tolist()]},
    past={"history_price": [past["price"].tolist()], "history_age": [(now - past["timestamp"]).tolist()]},
)
print(f"\n{ranker.folder}: {asked['user_id'].iloc[0]}, who clicked {len(past)} items before")
truths = dict(zip(asked["item_id"], chance[split.test][-places:], strict=True))
for found, score in ranked:
    print(f"  {found:8} {score:.4f}  (true click rate if looked at: {truths[found]:.4f})")
