"""What a ranking model is built from: learnt from the training part, kept in the run's folder."""

from pathlib import Path
from typing import Any

import numpy as np

from tfrec_dl.data.catalogue import Catalogue
from tfrec_dl.data.events import Levels
from tfrec_dl.data.feedback import RATING
from tfrec_dl.data.impression_splits import ImpressionSplit
from tfrec_dl.data.impressions import context_rows
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.recipes.build_ranking import RankingData
from tfrec_dl.recipes.ranking_configuration import RankingConfig
from tfrec_dl.tasks.ranking.objectives import Objective
from tfrec_dl.towers.impression_features import described
from tfrec_dl.training.run_config import read_json, write_json

CATALOGUES = {"context": "context.parquet", "item_features": "items.parquet", "user_features": "users.parquet"}


def learn_ranking_data(
    split: ImpressionSplit,
    config: RankingConfig,
    items: Catalogue | None = None,
    users: Catalogue | None = None,
    min_count: int = 1,
) -> RankingData:
    """Learns what a model has to know beforehand from the training part of a split.

    Args:
        split: the impressions.
        config: the objectives among it are given their labels.
        items: features of the items; those without a training impression are known by them alone.
        users: features of the users.
        min_count: training impressions a user or an item needs for a vector of its own.

    Raises:
        InputError: if nothing reaches `min_count`, or the ratings do not suit the output.
    """
    table, rows = split.impressions, split.train
    vocabularies = {
        name: Vocabulary.build(ids, codes[rows], min_count)
        for name, ids, codes in (("users", table.user_ids, table.users), ("items", table.item_ids, table.items))
    }
    for name, catalogue in (("users", users), ("items", items)):
        if catalogue is not None:
            vocabularies[name] = vocabularies[name].extended(catalogue.ids)
    labels = {name: values[rows] for name, values in table.labels.items()}
    in_lists = len(np.unique(table.lists)) < len(table)
    return RankingData(
        users=vocabularies["users"],
        items=vocabularies["items"],
        levels=Levels.of(labels.get(RATING)),
        labels={name: Objective.of(getattr(config, name), labels).levels for name in labels},
        ratings=labels.get(RATING),
        positions=None if table.positions is None else np.bincount(table.positions[rows]),
        context=None if table.context is None else context_rows(described(table.context, table.lists, in_lists), rows),
        context_kinds=None if table.context is None else table.context.kinds,
        item_features=items,
        user_features=users,
    )


def save_ranking_data(data: RankingData, folder: Path) -> None:
    """Writes `users.txt`, `items.txt`, the catalogues as Parquet, and the rest into `knowledge.json`, last."""
    data.users.save(folder / "users.txt")
    data.items.save(folder / "items.txt")
    for name, file in CATALOGUES.items():
        catalogue: Catalogue | None = getattr(data, name)
        if catalogue is not None:
            catalogue.save(folder / file)
    write_json(
        folder / "knowledge.json",
        {
            "levels": list(data.levels.limits),
            "labels": {name: levels.astype(float).tolist() for name, levels in data.labels.items()},
            "positions": None if data.positions is None else data.positions.tolist(),
            "context_kinds": None if data.context_kinds is None else dict(data.context_kinds),
        },
    )


def load_ranking_data(folder: Path) -> RankingData:
    """Reads what `save_ranking_data` wrote.

    Raises:
        InputError: if something is missing or damaged.
    """
    rest = read_json(folder / "knowledge.json")
    catalogues: dict[str, Any] = {
        name: Catalogue.load(folder / file) if (folder / file).exists() else None for name, file in CATALOGUES.items()
    }
    return RankingData(
        users=Vocabulary.load(folder / "users.txt"),
        items=Vocabulary.load(folder / "items.txt"),
        levels=Levels(tuple(rest["levels"])),
        labels={name: np.array(levels, dtype=np.float32) for name, levels in rest["labels"].items()},
        positions=None if rest["positions"] is None else np.array(rest["positions"]),
        context_kinds=rest["context_kinds"],
        **catalogues,
    )
