"""Ranking models to serve, and impressions to rank by them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import tensorflow as tf

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.families.run import Run
from tfrec_dl.lifecycle.train import train
from tfrec_dl.ranking.build import build_ranking_model
from tfrec_dl.ranking.calibration import Calibration
from tfrec_dl.ranking.data.columns import ImpressionColumns
from tfrec_dl.ranking.data.feedback import Feedback
from tfrec_dl.ranking.data.impressions import Impressions
from tfrec_dl.ranking.data.source import RankingSource
from tfrec_dl.ranking.data.splits import ImpressionSplit, split_at_random, split_in_time
from tfrec_dl.ranking.learn import learn_ranking_data
from tfrec_dl.ranking.model import RankingModel
from tfrec_dl.recipes.named import RECIPES

PRICE = "price of the night"
ORDERS = Feedback(click="click", conversion="order")
SMALL = {"dimension": 4, "model.ranker.units": (8,), "attention_units": (4,)}
LENGTH = 4


def log(lists: int = 60, seed: int = 0, items: Sequence[str] = tuple(f"i{item}" for item in range(12))) -> pd.DataFrame:
    """Lists of 1 to 6 candidates, cheap ones clicked; the last lists also show an item that no earlier one does.

    "device" and "age" belong to the request, the price and "badge" to the candidate; all have gaps.
    """
    generator = np.random.default_rng(seed)
    rows = []
    for number in range(lists):
        user, device = f"u{generator.integers(6)}", generator.choice(["phone", "desk", ""])
        shown = [str(item) for item in generator.permutation(items)[: generator.integers(1, 7)]]
        shown += ["later"] * (number > 0.8 * lists)
        for place, item in enumerate(shown):
            price = round(float(generator.uniform(20, 200)), 2)
            click = int(price < 90 or item == "later")
            rows.append(
                {
                    "user_id": user,
                    "item_id": item,
                    "timestamp": 1_700_000_000 + 60 * number,
                    "list": f"l{number}",
                    "place": place,
                    "device": device,
                    "age": [np.nan, 30.0, 60.0][number % 3],
                    PRICE: price if generator.random() < 0.9 else np.nan,
                    "badge": generator.choice(["new", "sale|new", ""]),
                    "click": click,
                    "order": int(click and price < 50),
                    "rating": float(generator.integers(1, 6)),
                }
            )
    return pd.DataFrame(rows)


def features(ids: Sequence[str]) -> Catalogue:
    """A category and a number of each id, some missing."""
    columns = {
        "kind": np.array([["sea", "war", ""][place % 3] for place in range(len(ids))], dtype=object),
        "year": np.where(np.arange(len(ids)) % 4 == 3, np.nan, 1950 + np.arange(len(ids))).astype(np.float32),
    }
    return Catalogue(np.array(ids, dtype=object), {"kind": "category", "year": "number"}, columns)


def trained_run(folder: Path) -> Run:
    """A finished run of clicks and orders in lists."""
    table = folder / "log.csv"
    log().drop(columns=["rating", "age"]).to_csv(table, index=False)
    context = {"device": "category", PRICE: "number", "badge": "multi_category"}
    source = RankingSource(str(table), ORDERS, lists=("list",), position="place", context=context, split="temporal")
    learning = {"epochs": 4, "batch_size": 16, "learning_rate": 0.05, "weight_average": 0}
    settings = {**SMALL, **learning, "max_length": LENGTH}
    return train(RECIPES["din"].with_settings(settings), source, folder / "run", verbose=0)


def made(
    split: ImpressionSplit, ranker: str = "din", items: Catalogue | None = None, users: Catalogue | None = None
) -> RankingModel:
    """A model with weights drawn at random, so that everything has a part in its predictions."""
    config = RECIPES[ranker].with_settings(SMALL if ranker == "din" else {"dimension": 4}).model
    data = learn_ranking_data(split, config, items, users, max_length=LENGTH)
    tf.keras.utils.set_random_seed(0)
    model = build_ranking_model(config, data, LENGTH)
    for seed, variable in enumerate(model.network.trainable_variables + model.history_reader.trainable_variables):
        variable.assign_add(0.2 * tf.random.stateless_normal(variable.shape, [1, seed]))
    if "click" in data.objectives:
        model.calibration = Calibration([-1.0, 2.0], [-2.0, 0.5], 0.7)
    return model


def ratings_at_random() -> ImpressionSplit:
    """Ratings of single items, with a time, two features and nothing that is shown together."""
    frame = log()[["user_id", "item_id", "timestamp", "device", "age", "rating"]].drop_duplicates(
        ["user_id", "item_id"]
    )
    context = ImpressionColumns(context={"device": "category", "age": "number"})
    return split_at_random(Impressions.from_frame(frame, Feedback(rating="rating"), context))


def clicks_alone() -> ImpressionSplit:
    """Clicks on single items, without times, lists or context."""
    return split_in_time(Impressions.from_frame(log()[["user_id", "item_id", "click"]], Feedback(click="click")))
