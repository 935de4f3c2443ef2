"""Synthetic reviews whose best rating is known."""

import numpy as np
import pandas as pd

from tfrec_dl.reviews.reviews import Reviews
from tfrec_dl.reviews.splits import RatingSplit

PRAISE = ("splendid", "lovely", "perfect")
BLAME = ("broken", "dreadful", "useless")
FILLER = ("the", "strap", "came", "on", "monday", "with", "a", "box", "and", "cable")


def told_by_words(taught: int = 60, untold: int = 40, seed: int = 0) -> RatingSplit:
    """Ratings to predict from words alone.

    Half the items are good, half bad, and each review of an item praises or blames it accordingly. Taught items have
    four reviews whose ratings, 5 or 1, fit their words. Untold items have one training review, rated 3, so that no bias
    tells good from bad; their held-out rating is 5 or 1. Every user writes one review.

    Args:
        taught: items with four training reviews.
        untold: items with one training review and one held-out rating, half of them for validation, half for test.
        seed: of the words.
    """
    generator = np.random.default_rng(seed)
    rows = []

    def write(item: str, good: bool, rating: float) -> None:
        words = [str(word) for word in generator.choice(FILLER, 5)]
        words.insert(int(generator.integers(5)), str(generator.choice(PRAISE if good else BLAME)))
        rows.append((f"user_{len(rows)}", item, rating, " ".join(words)))

    for number in range(taught):
        for _ in range(4):
            write(f"taught_{number}", number % 2 == 0, 5.0 if number % 2 == 0 else 1.0)
    for number in range(untold):
        write(f"untold_{number}", number % 2 == 0, 3.0)
    for number in range(untold):
        write(f"untold_{number}", number % 2 == 0, 5.0 if number % 2 == 0 else 1.0)
    reviews = Reviews.from_frame(pd.DataFrame(rows, columns=["user_id", "item_id", "rating", "review"]))
    order = np.arange(len(reviews))
    train = taught * 4 + untold
    return RatingSplit(
        reviews.select(order < train),
        reviews.select((order >= train) & (order % 4 < 2)).without_texts(),
        reviews.select((order >= train) & (order % 4 >= 2)).without_texts(),
    )


def told_by_own_words(users: int = 40, items: int = 30, each: int = 8, seed: int = 0) -> Reviews:
    """Ratings, 5 or 1 at random, that only the words of the very review tell: whoever learns them has read it."""
    generator = np.random.default_rng(seed)
    rows = []
    for user in range(users):
        for item in generator.choice(items, each, replace=False):
            good = bool(generator.integers(2))
            words = [*generator.choice(FILLER, 4), generator.choice(PRAISE if good else BLAME)]
            rows.append((f"user_{user}", f"item_{item}", 5.0 if good else 1.0, " ".join(map(str, words))))
    return Reviews.from_frame(pd.DataFrame(rows, columns=["user_id", "item_id", "rating", "review"]))
