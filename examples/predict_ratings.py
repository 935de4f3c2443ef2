"""Predicts ratings from the reviews of other users: `python examples/predict_ratings.py --epochs 10 --out ratings`."""

import argparse

import numpy as np
import pandas as pd

from tfrec_dl.baselines import RatingBias
from tfrec_dl.evaluation import evaluate_ratings, paired_rating_difference
from tfrec_dl.reviews import (
    DeepCoNN,
    RatingTraining,
    Reviews,
    build_deep_conn,
    export_ratings,
    fit_ratings,
    load_ratings,
    random_splits,
)

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--epochs", type=int, default=10)
parser.add_argument("--out", default="ratings", help="folder for the exported model")
arguments = parser.parse_args()

# Any DataFrame with user_id, item_id, rating and review (and optionally summary) will do. In this one, all reviews of a
# sturdy item praise it and all other reviews criticize theirs. Ratings agree with the reviews, give or take a star.
generator = np.random.default_rng(0)
rows = []
for item in range(300):
    sturdy = generator.random() < 0.5
    for user in generator.choice(200, 4, replace=False):
        word = generator.choice(["sturdy", "solid", "reliable"] if sturdy else ["flimsy", "loose", "rattling"])
        rating = float(np.clip((5 if sturdy else 3) + generator.integers(-1, 2), 1, 5))
        rows.append((f"user-{user}", f"item-{item}", rating, f"The strap that came with it is {word}"))
frame = pd.DataFrame(rows, columns=["user_id", "item_id", "rating", "review"])

# The texts of held-out reviews are removed, because a review is not yet written when its rating is predicted.
split = random_splits(Reviews.from_frame(frame), count=1)[0]
model = build_deep_conn(DeepCoNN(), split.train)
model.text_encoder.summary()
fit_ratings(model, split.validation, RatingTraining(epochs=arguments.epochs, batch_size=128))

baseline = evaluate_ratings(RatingBias.tuned(split.train.rated(), split.validation.rated()), split.test)
report = evaluate_ratings(model, split.test)
found = paired_rating_difference(report, baseline)
print(f"user + item bias  MSE {baseline.summary()['mse']:.4f}")
print(f"deep_conn         MSE {report.summary()['mse']:.4f}")
print(f"difference        {found.difference:+.4f} ({found.low:+.4f} to {found.high:+.4f})")

version = export_ratings(model, arguments.out)
print(f"{version}: item-0 for user-0 and for a new user")
print(load_ratings(version).predict_ratings(["user-0", "new user"], ["item-0", "item-0"]))
