"""Recipes that go on from a finished run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tfrec_dl.errors import InputError
from tfrec_dl.families.run import Run
from tfrec_dl.recipes.recipe import Recipe

SHARE = 5  # of the epochs of a training anew, one in so many


def warm_recipe(folder: Path | str, settings: Mapping[str, Any] | None = None) -> Recipe:
    """The recipe that goes on from a run: its own, for a fifth of the epochs.

    Give it to `train` with the table as it is now: the newer interactions, and those before them. Items that the run
    knows keep their rows, new ones begin between the known ones that stand near them, and those that the table no
    longer has are forgotten. Counts beside a network are counted anew. It is trained once, though the run was refitted.

    Args:
        folder: of a finished run of a network, alone or with counts beside it, or of a stack.
        settings: as for `Recipe.with_settings`, in place of the run's.

    Raises:
        InputError: if it is no such run, or for a setting that does not exist.
    """
    run = Run.open(folder)
    recipe = run.recipe
    if not recipe.family.goes_on:
        raise InputError(f"{folder} is a run of {recipe.name!r}, which cannot go on from a run: train it anew.")
    own = {
        "training.epochs": -(-recipe.training.epochs // SHARE),
        "training.refit": False,
        "training.warm_start": str(Path(folder).resolve()),
    }
    return recipe.with_settings({**own, **(settings or {})})
