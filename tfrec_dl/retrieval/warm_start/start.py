"""The run that a training starts from, and what is recorded about it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tfrec_dl.data.vocabulary import FIRST_ITEM, Vocabulary
from tfrec_dl.errors import InputError
from tfrec_dl.families.run import Run
from tfrec_dl.files import write_json
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.warm_start.joined import Joined, write_young
from tfrec_dl.runs.run_files import read_json
from tfrec_dl.runs.run_folder import RunFolder

FILE = "warm_start.json"


def start_of(recipe: Recipe) -> Run | None:
    """Returns the run that a network's training starts from; None if it starts anew.

    Args:
        recipe: recipe of one network; `training.warm_start` names the run's folder.

    Raises:
        InputError: if that is not a finished run of such a network, or either represents items by more than their ids.
    """
    folder = recipe.training.warm_start
    if folder is None:
        return None
    run = Run.open(folder)
    if not run.finished:
        raise InputError(f"{folder} is not finished: finish its training first, or continue from another run.")
    if not run.recipe.family.is_network or run.recipe.model.name != recipe.model.name:
        raise InputError(
            f"{folder} is a run of {run.recipe.name!r}, but {recipe.name!r} continues only from a run of its own kind."
        )
    for each in (recipe, run.recipe):
        _require_ids_alone(each)
    return run


def _require_ids_alone(recipe: Recipe) -> None:
    """Raises InputError if features are involved, because rows are carried over by the items' ids alone."""
    known_by = recipe.family.knows_items_by(recipe)
    if known_by != "behaviour":
        raise InputError(
            f"{recipe.name!r} knows items by their features ({known_by}), and a warm start carries rows over by id: "
            "train it anew."
        )


def remember(folder: Path, start: RunFolder, vocabulary: Vocabulary, joined: Joined) -> None:
    """Writes the runs that a run started from, the oldest first, and which of its items are young."""
    config = start.config()
    entry = {
        "data_fingerprint": config["data_fingerprint"],
        "interactions": config["data_size"]["interactions"],
        "items_known": int(np.count_nonzero(~joined.new)) - FIRST_ITEM,
        "items_new": int(np.count_nonzero(joined.new)),
    }
    write_young(folder, vocabulary, joined)
    write_json(folder / FILE, {"starts": [*lineage(start.folder), entry]})


def lineage(folder: Path) -> list[dict[str, Any]]:
    """Returns the runs that a run, or a stack's first network, started from, oldest first; empty if it started anew."""
    paths = [folder / FILE, *sorted(folder.glob(f"members/*/{FILE}"))]
    path = next((path for path in paths if path.exists()), None)
    return [] if path is None else list(read_json(path)["starts"])
