"""Tables of interactions whose structure is known."""

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

USERS, ITEMS, LENGTH = 400, 60, 8


def order_alone() -> pd.DataFrame:
    """The last item says the next one, but for a tenth of the items."""
    draw = np.random.default_rng(0)
    walks = (draw.integers(ITEMS, size=(USERS, 1)) + np.arange(LENGTH)) % ITEMS
    return _table(np.where(draw.random(walks.shape) < 0.1, draw.integers(ITEMS, size=walks.shape), walks))


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
    last = np.tile(np.arange(LENGTH) >= LENGTH - 2, USERS)
    fresh = last & (np.random.default_rng(0).random(len(table)) < 0.5)
    table.loc[fresh, "item_id"] = [f"new_{number}" for number in range(fresh.sum())]
    return table


def _table(rows: Iterable[np.ndarray]) -> pd.DataFrame:
    items = np.stack(list(rows))
    users = np.repeat([f"user_{user}" for user in range(len(items))], items.shape[1])
    return pd.DataFrame({"user_id": users, "item_id": [f"item_{item}" for item in items.ravel()]})


TABLES: dict[str, Callable[[], pd.DataFrame]] = {
    function.__name__: function for function in (order_alone, taste_alone, popularity_alone, repeats, new_items)
}
