"""A log of lists in which clicks follow the kinds of users and items, and the place in the list."""

import numpy as np
import pandas as pd


def impression_log(users: int = 60, items: int = 12, lists: int = 6, length: int = 4, seed: int = 0) -> pd.DataFrame:
    """Users who click items of their own kind, more often at the top of the list, once a list at most.

    Args:
        users: number of users; those of kind 0, 1 and 2 by turns.
        items: number of items, of three kinds by turns.
        lists: lists that each user is shown.
        length: impressions of a list.
        seed: of what is shown and clicked.

    Returns:
        A frame of user_id ("user_3"), item_id ("item_7"), timestamp, request, position from 0, price, device, click,
        order (some of the clicks) and stars (1 to 5, of every row), in the order of time.
    """
    generator = np.random.default_rng(seed)
    parts = []
    for turn in range(lists):
        for user in range(users):
            item = generator.choice(items, length, replace=False)
            liked = item % 3 == user % 3
            drawn = generator.random(length) < np.where(liked, 0.9, 0.1) * 0.8 ** np.arange(length)
            click = drawn & (drawn.cumsum() == 1)
            parts.append(
                pd.DataFrame(
                    {
                        "user_id": f"user_{user}",
                        "item_id": [f"item_{number}" for number in item],
                        "timestamp": turn * users + user,
                        "request": f"{turn}-{user}",
                        "position": np.arange(length),
                        "price": 10.0 + item,
                        "device": generator.choice(["phone", "desk"]),
                        "click": click.astype(int),
                        "order": (click & (item % 2 == 0)).astype(int),
                        "stars": np.where(liked, 4, 2) + generator.integers(-1, 2, length),
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)
