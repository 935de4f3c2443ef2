"""The splits on which `benchmarks.adversarial` measures, and those on which its settings were chosen."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import gans
from benchmarks.settings import DATA_SETS
from tfrec_dl.data.source import DataSource
from tfrec_dl.data.splits.split import Split

# On IRGAN's split: half of the items of half as many users as its test has.
VALIDATION_USERS, VALIDATION_SHARE = 240, 0.5


def irgan_pairs(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The split of IRGAN's authors, training and test: ratings of 4 and 5 count."""
    columns = ["user_id", "item_id", "rating"]
    read = partial(pd.read_csv, sep="\t", names=columns, dtype={"user_id": str, "item_id": str})
    parts = (read(folder / "irgan-ml-100k" / f"{name}.tsv") for name in ("train", "test"))
    train, test = (part[part["rating"] >= 4].reset_index(drop=True) for part in parts)
    return train, test


def test_splits(part: str, folder: Path, repeats: int) -> Iterator[Split]:
    """The splits that are reported: one again and again, or for CFGAN's protocol a fifth of each user's drawn anew."""
    if part == "irgan-split":
        train, test = irgan_pairs(folder)
        tested = np.arange(len(train) + len(test)) >= len(train)
        yield from [gans.divide(pd.concat([train, test]), tested)] * repeats
        return
    if part == "sequences":
        yield from [sequence_split(folder)] * repeats
        return
    pairs = pd.read_csv(folder / "ml-100k" / "ratings.csv.gz", dtype={"user_id": str, "item_id": str})
    for seed in range(repeats):
        yield gans.divide(pairs, gans.sampled(pairs, pairs["user_id"].unique(), 0.2, seed))


def validation_splits(part: str, folder: Path, repeats: int) -> Iterator[Split]:
    """Splits like those of `test_splits`, of their training parts alone."""
    if part == "irgan-split":
        train, test = irgan_pairs(folder)
        counts = train["user_id"].value_counts()
        # Its test users have part of their items in training, all others all: so those held out here are others.
        others = np.setdiff1d(counts.index[counts >= 4].to_numpy(), test["user_id"].unique())
        for seed in range(repeats):
            users = np.random.default_rng(seed).choice(others, VALIDATION_USERS, replace=False)
            yield gans.divide(train, gans.sampled(train, users, VALIDATION_SHARE, seed))
        return
    if part == "sequences":
        split = sequence_split(folder)
        yield from [replace(split, test=split.validation)] * repeats
        return
    pairs = pd.read_csv(folder / "ml-100k" / "ratings.csv.gz", dtype={"user_id": str, "item_id": str})
    for seed in range(repeats):
        users = pairs["user_id"].unique()
        train = pairs[~gans.sampled(pairs, users, 0.2, seed)].reset_index(drop=True)
        yield gans.divide(train, gans.sampled(train, users, 0.2, seed + 100))


def sequence_split(folder: Path) -> Split:
    """MovieLens-100K, each user's last interaction to test on."""
    source = DataSource(str(folder / DATA_SETS["ml-100k"].path))
    return source.read().split
