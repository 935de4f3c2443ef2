"""Tables of interactions in which it is known what there is to learn."""

import numpy as np
import pandas as pd

from tests.synthetic import cyclic_interactions

USERS, ITEMS, LENGTH = 400, 60, 8


def order_alone() -> pd.DataFrame:
    """The last item says the next one."""
    return cyclic_interactions(users=USERS, items=ITEMS, length=LENGTH, noise=0.1)


def taste_alone(groups: int = 4) -> pd.DataFrame:
    """Each user has items of one group, in an order that says nothing."""
    draw = np.random.default_rng(0)
    sets = np.array_split(np.arange(ITEMS), groups)
    return _table([draw.permutation(sets[draw.integers(groups)])[:LENGTH] for _ in range(USERS)])


def popularity_alone() -> pd.DataFrame:
    """Everybody draws from the same Zipf distribution, nothing twice."""
    draw = np.random.default_rng(0)
    shares = 1 / np.arange(1, ITEMS + 1)
    return _table([draw.choice(ITEMS, LENGTH, replace=False, p=shares / shares.sum()) for _ in range(USERS)])


def repeats() -> pd.DataFrame:
    """Everybody goes round three items."""
    draw = np.random.default_rng(0)
    return _table([np.resize(draw.choice(ITEMS, 3, replace=False), LENGTH) for _ in range(USERS)])


def new_items() -> pd.DataFrame:
    """Half of the last two items of a walk were never seen before."""
    table = order_alone()
    last = table["timestamp"] >= LENGTH - 2
    fresh = last & (np.random.default_rng(0).random(len(table)) < 0.5)
    table.loc[fresh, "item_id"] = [f"new_{number}" for number in range(fresh.sum())]
    return table


def _table(rows: list[np.ndarray]) -> pd.DataFrame:
    frames = [
        pd.DataFrame({"user_id": f"user_{user}", "item_id": [f"item_{item}" for item in row]})
        for user, row in enumerate(rows)
    ]
    return pd.concat(frames, ignore_index=True)
