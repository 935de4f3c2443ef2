"""Recipes that continue training from a finished run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tfrec_dl.errors import InputError
from tfrec_dl.families.run import Run
from tfrec_dl.recipes.recipe import Recipe

SHARE = 5  # divisor of the epochs of a full training


def warm_recipe(folder: Path | str, settings: Mapping[str, Any] | None = None) -> Recipe:
    """Returns a recipe that continues from a run: the run's own recipe with a fifth of the epochs.

    Pass it to `train` with the current table: the newer interactions together with the earlier ones. Items that the run
    knows keep their rows, new items start between the known items that appear near them, and items no longer in the
    table are dropped. Counts beside a network are computed again. The model is trained only once, even if the run was
    refitted.

    Args:
        folder: folder of a finished run of a network, alone or with counts, or of a stack.
        settings: settings to change in the run's recipe, as for `Recipe.with_settings`.

    Raises:
        InputError: if it is not such a run, or a setting does not exist.
    """
    run = Run.open(folder)
    recipe = run.recipe
    if not recipe.family.goes_on:
        raise InputError(
            f"{folder} is a run of {recipe.name!r}, which cannot continue from a run: train it from scratch."
        )
    own = {
        "training.epochs": -(-recipe.training.epochs // SHARE),
        "training.refit": False,
        "training.warm_start": str(Path(folder).resolve()),
    }
    return recipe.with_settings({**own, **(settings or {})})
