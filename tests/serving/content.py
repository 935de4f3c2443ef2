"""Items whose features decide who likes them: two tastes, told apart by words and colours."""

import numpy as np
import pandas as pd
import tensorflow as tf

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.catalogue.feature_kinds import Kind
from tfrec_dl.data.interactions import Interactions
from tfrec_dl.data.splits.leave_last_out import leave_last_out
from tfrec_dl.data.splits.split import Split
from tfrec_dl.recipes.named import get_recipe
from tfrec_dl.retrieval.build import build_model
from tfrec_dl.retrieval.model import RetrievalModel

WORDS = {
    "sea": ["anchor", "tide", "whale", "harbour", "reef", "sailor", "storm", "island"],
    "war": ["tank", "siege", "general", "trench"],
}
COLOURS = {"sea": (20, 60, 200), "war": (200, 60, 20)}
KINDS: dict[str, Kind] = {"the title": "text", "genres": "multi_category", "year": "number", "cover": "image"}
SMALL = {
    "dimension": 8,
    "units": 8,
    "max_length": 6,
    "context": 0,
    "epochs": 12,
    "batch_size": 16,
    "learning_rate": 0.02,
}


def texts(taste: str, count: int, seed: int) -> list[str]:
    """Four words of the taste in a row, one text an item."""
    generator = np.random.default_rng(seed)
    return [" ".join(generator.choice(WORDS[taste], 4)) for _ in range(count)]


def pictures(taste: str, count: int, seed: int) -> np.ndarray:
    """[count, 16, 12, 3] uint8 in the colour of the taste, with noise."""
    noise = np.random.default_rng(seed).integers(0, 50, (count, 16, 12, 3))
    return (np.array(COLOURS[taste]) + noise).astype(np.uint8)


def catalogue(count: int = 24, seed: int = 0, prefix: str = "") -> Catalogue:
    """Items "sea-0", "war-0", "sea-1", ... with all kinds of features; the number says nothing."""
    tastes = [("sea", "war")[item % 2] for item in range(count)]
    ids = np.array([f"{prefix}{taste}-{item // 2}" for item, taste in enumerate(tastes)], dtype=object)
    title = np.array([texts(taste, 1, seed + item)[0] for item, taste in enumerate(tastes)], dtype=object)
    genres = np.array([f"{taste}|film" for taste in tastes], dtype=object)
    year = np.random.default_rng(seed).integers(1950, 2000, count).astype(np.float32)
    cover = np.concatenate([pictures(taste, 1, seed + item) for item, taste in enumerate(tastes)])
    return Catalogue(ids, dict(KINDS), {"the title": title, "genres": genres, "year": year, "cover": cover})


def only(items: Catalogue, *features: str) -> Catalogue:
    """Some of the features."""
    return Catalogue(
        items.ids, {name: items.kinds[name] for name in features}, {name: items.columns[name] for name in features}
    )


def split_of(items: Catalogue, users: int = 60, length: int = 6) -> Split:
    """Users of one taste each, who meet items of it at random."""
    generator = np.random.default_rng(0)
    rows = []
    for user in range(users):
        taste = ("sea", "war")[user % 2]
        liked = [item for item in items.ids if item.startswith(taste)]
        rows += [(f"user-{user}", item, time) for time, item in enumerate(generator.permutation(liked)[:length])]
    return leave_last_out(Interactions.from_frame(pd.DataFrame(rows, columns=["user_id", "item_id", "timestamp"])))


def content_model(items: Catalogue, kind: str = "content", users: Catalogue | None = None) -> RetrievalModel:
    """An untrained model; of the items the last two are in no interaction."""
    known = only(items, *items.kinds).take(items.ids[:-2])
    vocabulary = split_of(known).vocabulary.extended(items.ids)
    tf.keras.utils.set_random_seed(0)
    recipe = get_recipe("simple_rnn").with_settings({**SMALL, "kind": kind})
    return build_model(recipe, vocabulary, items, users)
