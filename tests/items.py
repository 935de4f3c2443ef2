"""Synthetic items whose features decide what follows them."""

import colorsys

import numpy as np
import pandas as pd

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.catalogue.feature_kinds import Kind
from tfrec_dl.data.vocabulary import Vocabulary

WORDS = 6
"""Words of each class."""


def vocabulary_of(ids: np.ndarray, untrained: int = 0) -> Vocabulary:
    """The ids in that order; all but the last `untrained` have training interactions."""
    counts = np.arange(len(ids), 0, -1, dtype=np.int64)
    counts[len(ids) - untrained :] = 0
    return Vocabulary(np.asarray(ids, dtype=object), counts)


def item_ids(count: int) -> np.ndarray:
    """item_0, item_1, ..."""
    return np.array([f"item_{item}" for item in range(count)], dtype=object)


def items_of_every_kind(count: int = 12, seed: int = 0) -> Catalogue:
    """Items with a feature of each kind; every fourth has none at all."""
    generator = np.random.default_rng(seed)
    kinds: dict[str, Kind] = {
        "the title": "text",
        "maker": "category",
        "genres": "multi_category",
        "year": "number",
        "cover": "image",
    }
    columns = {
        "the title": [" ".join(generator.choice(["red", "blue", "rose", "car", "sea"], 3)) for _ in range(count)],
        "maker": generator.choice(["acme", "duck & co"], count),
        "genres": ["|".join(generator.choice(["drama", "war", "comedy"], 2, replace=False)) for _ in range(count)],
        "year": generator.integers(1950, 2000, count),
        "cover": generator.integers(0, 256, (count, 10, 8, 3)),
    }
    dtypes = {"year": np.float32, "cover": np.uint8}
    arrays = {name: np.array(values).astype(dtypes.get(name, object)) for name, values in columns.items()}
    for name, values in arrays.items():
        values[3::4] = {"year": np.nan, "cover": 0}.get(name, "")
    return Catalogue(item_ids(count), kinds, arrays)


def named_items(count: int) -> Catalogue:
    """Items whose text is their name, in words that no other has: "item a7 b7 c7"."""
    names = np.array([f"item a{item} b{item} c{item}" for item in range(count)], dtype=object)
    return Catalogue(item_ids(count), {"name": "text"}, {"name": names})


def class_walk(classes: int, per_class: int, users: int, length: int, seed: int = 0) -> pd.DataFrame:
    """Users who go from class to class in a cycle, and meet any item of the class.

    Item i is of class i % classes. So what an item is decides what sort of item follows, and not which one: the best
    that can be known is the class.

    Returns:
        A frame of user_id, item_id ("item_7") and timestamp, user by user; no user meets an item twice.
    """
    generator = np.random.default_rng(seed)
    rows = []
    for user in range(users):
        order = np.array([generator.permutation(per_class) for _ in range(classes)])
        start = generator.integers(classes)
        for step in range(length):
            chosen = (start + step) % classes
            rows.append((f"user_{user}", f"item_{order[chosen, step // classes] * classes + chosen}", step))
    return pd.DataFrame(rows, columns=["user_id", "item_id", "timestamp"])


def worded(classes: int, per_class: int, seed: int = 0) -> Catalogue:
    """The items of `class_walk`, each with three words of its class and two that all share."""
    generator = np.random.default_rng(seed)
    texts = []
    for item in range(classes * per_class):
        own = [f"c{item % classes}w{word}" for word in generator.choice(WORDS, 3, replace=False)]
        texts.append(" ".join(generator.permutation([*own, *generator.choice(["a", "the", "of", "and"], 2)])))
    return Catalogue(item_ids(len(texts)), {"text": "text"}, {"text": np.array(texts, dtype=object)})


def coloured(classes: int, per_class: int, seed: int = 0) -> Catalogue:
    """The items of `class_walk`, each with a noisy picture in the hue of its class."""
    generator = np.random.default_rng(seed)
    hues = np.array([colorsys.hsv_to_rgb(number / classes, 0.8, 0.75) for number in range(classes)]) * 255
    items = np.arange(classes * per_class)
    pictures = hues[items % classes][:, None, None] + generator.normal(0, 25, (len(items), 12, 12, 3))
    return Catalogue(item_ids(len(items)), {"cover": "image"}, {"cover": pictures.clip(1, 255).astype(np.uint8)})
