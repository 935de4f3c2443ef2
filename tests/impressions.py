"""Synthetic impressions, and a naive account of what histories hold."""

import numpy as np
import pandas as pd

from tfrec_dl.ranking.data.columns import ImpressionColumns
from tfrec_dl.ranking.data.feedback import Feedback
from tfrec_dl.ranking.data.impressions import Impressions

CLICKS = Feedback(click="click")
IN_LISTS = ImpressionColumns(lists=("list",))


def sigmoid(values):
    return 1 / (1 + np.exp(-values))


def shown(lists: int = 240, candidates: int = 5, users: int = 20, items: int = 12, seed: int = 0) -> pd.DataFrame:
    """Lists of items that are clicked the oftener the lower their number and their price, and sometimes bought.

    Returns:
        A frame of user_id, item_id, timestamp, list, position (0 is the first), price, device, click, order and rating
        (1 to 5), one row an impression, list by list. The places are drawn at random and play no part.
    """
    generator = np.random.default_rng(seed)
    rows = lists * candidates
    item = np.concatenate([generator.permutation(items)[:candidates] for _ in range(lists)])
    price = generator.integers(10, 100, rows)
    liking = 1.5 - item / items * 4 - (price - 55) / 40
    click = generator.random(rows) < sigmoid(liking)
    order = click & (generator.random(rows) < sigmoid(1 - item / items * 2))
    return pd.DataFrame(
        {
            "user_id": np.repeat([f"u{user}" for user in generator.integers(users, size=lists)], candidates),
            "item_id": [f"i{number}" for number in item],
            "timestamp": np.repeat(np.arange(lists) // 2, candidates),  # two lists at a time
            "list": np.repeat(np.arange(lists), candidates),
            "position": np.tile(np.arange(candidates), lists),
            "price": price,
            "device": generator.choice(["phone", "desk"], rows),
            "click": click.astype(int),
            "order": order.astype(int),
            "rating": np.clip(np.round(3 + liking + generator.normal(0, 0.3, rows)), 1, 5),
        }
    )


def one_choice(frame: pd.DataFrame) -> pd.DataFrame:
    """The same, only the first click of a list kept."""
    first = frame.groupby("list")["click"].cumsum() == 1
    return frame.assign(click=frame["click"] * first, order=frame["order"] * first)


def impressions_of(frame: pd.DataFrame, feedback: Feedback = CLICKS, **columns) -> Impressions:
    """Checked, of the columns named and no context unless asked for."""
    roles = {
        "user_id",
        "item_id",
        "timestamp",
        *columns.get("lists", ()),
        columns.get("position"),
        columns.get("part"),
        *feedback.columns,
    }
    context = columns.pop("context", dict.fromkeys(set(frame.columns) - roles, "ignore"))
    return Impressions.from_frame(frame, feedback, ImpressionColumns(**columns, context=context))
