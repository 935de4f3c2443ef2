"""Synthetic interactions whose best answer is known."""

import numpy as np
import pandas as pd


def cyclic_interactions(
    users: int = 200, items: int = 30, length: int = 12, noise: float = 0.0, seed: int = 0
) -> pd.DataFrame:
    """Users who walk a cyclic chain of items, so that the last item determines the next.

    Every user starts somewhere on the cycle item_0 -> item_1 -> ... -> item_0 and takes one step at a time. With
    probability `noise` an item is replaced by a random one, while the walk goes on underneath. With length <= items and
    no noise no user meets an item twice.

    Args:
        users: number of users.
        items: number of items on the cycle.
        length: interactions of each user.
        noise: share of random items, 0 to 1.
        seed: of the starting points and the noise.

    Returns:
        A frame of user_id ("user_3"), item_id ("item_7") and timestamp (0, 1, ... within a user), user by user.
    """
    generator = np.random.default_rng(seed)
    walk = (generator.integers(items, size=(users, 1)) + np.arange(length)) % items
    walk = np.where(generator.random(walk.shape) < noise, generator.integers(items, size=walk.shape), walk)
    return pd.DataFrame(
        {
            "user_id": np.repeat([f"user_{user}" for user in range(users)], length),
            "item_id": [f"item_{item}" for item in walk.ravel()],
            "timestamp": np.tile(np.arange(length), users),
        }
    )
