"""Files of a ranking model's fitted state, in the run's folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.catalogue.feature_kinds import Kind
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.features.content import Content
from tfrec_dl.features.fitted import FittedFeatures
from tfrec_dl.files import write_json
from tfrec_dl.ranking.data.events import Levels
from tfrec_dl.ranking.features.comparisons import Comparisons
from tfrec_dl.ranking.learn import with_fitted_features
from tfrec_dl.ranking.linear.part import LinearPart
from tfrec_dl.ranking.objectives.fitted import FittedObjective
from tfrec_dl.ranking.objectives.objective import OBJECTIVES
from tfrec_dl.ranking.ranking_data import RankingData
from tfrec_dl.runs.run_files import checked, read_json

STATE = "fitted_state.json"
EARLY_STATE, EARLY_CONTEXT = "knowledge.json", "context.parquet"
LINEAR = "linear_{}.npz"
CATALOGUES = {"item_features": "items.parquet", "user_features": "users.parquet"}


@dataclass(frozen=True)
class SavedObjective:
    """A head's objective: its name, settings, and the values fitted on the training labels."""

    config: dict[str, Any]
    levels: list[float]


@dataclass(frozen=True)
class SavedState:
    """The content of `fitted_state.json`; see `RankingData`."""

    levels: tuple[float, ...]
    objectives: dict[str, SavedObjective]
    positions: list[int] | None
    context_kinds: dict[str, Kind]
    comparisons: Comparisons | None
    request_features: tuple[str, ...] | None = None
    context: FittedFeatures | None = None
    fitted_items: FittedFeatures | None = None
    fitted_users: FittedFeatures | None = None
    settled_by: int | None = None


SAVED: TypeAdapter[SavedState] = TypeAdapter(SavedState)


def save_ranking_data(data: RankingData, folder: Path) -> None:
    """Writes `users.txt`, `items.txt`, the features of users and items as Parquet, and last `fitted_state.json`.

    If a run already has them, they are kept.
    """
    if (folder / STATE).exists() or (folder / EARLY_STATE).exists():
        return
    data.users.save(folder / "users.txt")
    data.items.save(folder / "items.txt")
    for name, file in CATALOGUES.items():
        catalogue: Catalogue | None = getattr(data, name)
        if catalogue is not None:
            catalogue.save(folder / file)
    for label, part in data.linear.items():
        part.save(folder / LINEAR.format(label))
    state = SavedState(
        levels=data.levels.limits,
        objectives={
            name: SavedObjective(OBJECTIVES[name].plain(each.config), each.levels.astype(float).tolist())
            for name, each in data.objectives.items()
        },
        positions=None if data.positions is None else data.positions.tolist(),
        context_kinds=dict(data.context_kinds),
        comparisons=data.comparisons,
        request_features=data.request_features,
        context=data.context,
        fitted_items=data.fitted_items,
        fitted_users=data.fitted_users,
        settled_by=data.settled_by,
    )
    write_json(folder / STATE, SAVED.dump_python(state, mode="json"))


def load_ranking_data(folder: Path, content: Content) -> RankingData:
    """Reads the data written by `save_ranking_data`.

    Early runs have no `fitted_state.json`, but `knowledge.json` and, in `context.parquet`, the training rows. For
    these, the preprocessing of features is fitted again.

    Args:
        folder: folder of the run.
        content: readers of the features.

    Raises:
        InputError: if a file is missing or damaged.
    """
    path = folder / STATE
    if not path.exists() and (folder / EARLY_STATE).exists():
        path = folder / EARLY_STATE
    state = checked(SAVED, read_json(path), path, "what a ranker has fitted")
    data = RankingData(
        users=Vocabulary.load(folder / "users.txt"),
        items=Vocabulary.load(folder / "items.txt"),
        levels=Levels(state.levels),
        objectives={
            name: FittedObjective(OBJECTIVES[name].make(each.config), np.array(each.levels, dtype=np.float32))
            for name, each in state.objectives.items()
        },
        positions=None if state.positions is None else np.array(state.positions),
        context=state.context,
        context_kinds=state.context_kinds,
        request_features=state.request_features,
        comparisons=state.comparisons,
        item_features=_catalogue(folder / CATALOGUES["item_features"]),
        user_features=_catalogue(folder / CATALOGUES["user_features"]),
        fitted_items=state.fitted_items,
        fitted_users=state.fitted_users,
        linear={
            label: LinearPart.load(file)
            for label in state.objectives
            if (file := folder / LINEAR.format(label)).exists()
        },
        settled_by=state.settled_by,
    )
    return with_fitted_features(data, content, _catalogue(folder / EARLY_CONTEXT)) if path.name == EARLY_STATE else data


def _catalogue(path: Path) -> Catalogue | None:
    return Catalogue.load(path) if path.exists() else None
