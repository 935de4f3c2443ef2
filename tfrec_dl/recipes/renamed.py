"""Renamed settings: the names of earlier versions are still accepted, in files and in `--set`."""

from collections.abc import Mapping
from typing import Any

ADVERSARIAL = {
    "game_loss": "adversarial_loss",
    "game_epochs": "adversarial_epochs",
    "game_patience": "adversarial_patience",
}
RENAMED = {
    "stacked": {"floors": "baselines", "ranker": "blender"},
    "irgan": {"game": "adversarial_training", **ADVERSARIAL},
    "cfgan": {"game": "adversarial_training", **ADVERSARIAL},
}
"""Family of models -> {old name of a setting: present name}."""


def with_new_names(recipe: Any) -> Any:
    """Replaces the old names of model settings in the plain values of a recipe.

    A value that is not a mapping is returned unchanged; whoever reads it as a recipe reports the error.
    """
    if not isinstance(recipe, Mapping):
        return recipe
    model = recipe.get("model")
    names = RENAMED.get(str(model.get("name")), {}) if isinstance(model, Mapping) else {}
    return {**recipe, "model": _renamed(model, names)} if names else dict(recipe)


def new_path(family: str, path: str) -> str:
    """Replaces the old names in a setting's path, or in the last parts of one, for a family."""
    names = RENAMED.get(family, {})
    return ".".join(names.get(part, part) for part in path.split("."))


def _renamed(values: Any, names: Mapping[str, str]) -> Any:
    if not isinstance(values, Mapping):
        return values
    return {names.get(key, key): _renamed(value, names) if key in names else value for key, value in values.items()}
