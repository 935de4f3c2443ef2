"""Recommends items without any interactions, by their features: `python examples/recommend_new_items.py`.

The films of the demo data have a title and genres. With --items and --ratings the example uses your own tables, whose
features can be texts such as plots, categories, numbers and paths of posters. Needs the extras `demo` and `serving`:
pip install "tfrec_dl[demo,serving]".
"""

import argparse
import tempfile
from pathlib import Path

import pandas as pd
import tensorflow as tf

import tfrec_dl  # before the first use of tf.keras: it selects Keras 2
from tfrec_dl.data import demo_table

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--epochs", type=int, default=6)
parser.add_argument("--ratings", type=Path, help="table of user_id, item_id and timestamp (default: the demo data)")
parser.add_argument("--items", type=Path, help="table of item_id and features (default: the demo data's films)")
parser.add_argument("--out", help="folder for the versions (default: a new temporary one)")
arguments = parser.parse_args()

if arguments.ratings and arguments.items:
    interactions = tfrec_dl.Interactions.read(arguments.ratings)
    items = tfrec_dl.Catalogue.read(arguments.items)  # picture paths are relative to the table's folder
else:
    frame = demo_table()
    films = frame.drop_duplicates("item_id")[["item_id", "title", "genres"]]
    interactions = tfrec_dl.Interactions.from_frame(frame)
    items = tfrec_dl.Catalogue.from_frame(films, kinds={"title": "text", "genres": "multi_category"})
for feature in items.summary():
    print(f"{feature.feature:16} {feature.kind:16} {feature.filled:>8}  {feature.values}")

# A fifth of the items is held out of training. How well does the model recommend them by their features alone?
cold_split = tfrec_dl.data.hold_out_items(interactions, catalogue_ids=items.ids)
tf.keras.utils.set_random_seed(0)
recipe = tfrec_dl.get_recipe("gru").with_settings({"kind": "content", "epochs": arguments.epochs})
model = tfrec_dl.build_model(recipe, cold_split.vocabulary, items)
tfrec_dl.fit(model, cold_split.split, recipe.training)
for kind, report in tfrec_dl.evaluation.evaluate_cold_start(model, cold_split).items():
    print(f"ndcg@10 of {kind} items: {report.means()['ndcg@10']:.4f}")

# An export accepts items that did not exist during training. It needs only their raw features, and no further training.
dest = arguments.out or tempfile.mkdtemp()
tfrec_dl.export(model, dest)
liked = items.take(cold_split.vocabulary.ids[:3])
new = pd.DataFrame({"item_id": [f"sequel of {item}" for item in liked.ids]})
for feature, values in liked.columns.items():
    new[feature] = "" if liked.kinds[feature] == "image" else values
version = tfrec_dl.add_items(dest, new)
print(f"added {len(new)} items: {version}")
recommender = tfrec_dl.load(dest)
recommended = recommender.recommend([list(liked.ids)], k=recommender.k_max)[0]
for place, (item, score) in enumerate(recommended, start=1):
    if place <= 10 or item in set(new["item_id"]):
        print(f"  {place:3}  {score:8.3f}  {item}")
