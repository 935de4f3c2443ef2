"""Settings that had another name in earlier versions; the old names are still read, from files and in `--set`."""

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
"""Family of models -> {old name of a setting: its name}."""


def with_new_names(recipe: Any) -> Any:
    """The plain values of a recipe, with settings of its model under the names that they have now.

    What is no mapping is given back as it is: it is no recipe, and whoever reads it says so.
    """
    if not isinstance(recipe, Mapping):
        return recipe
    model = recipe.get("model")
    names = RENAMED.get(str(model.get("name")), {}) if isinstance(model, Mapping) else {}
    return {**recipe, "model": _renamed(model, names)} if names else dict(recipe)


def new_path(family: str, path: str) -> str:
    """A setting's path, or the last parts of it, in the names that settings of this family have now."""
    names = RENAMED.get(family, {})
    return ".".join(names.get(part, part) for part in path.split("."))


def _renamed(values: Any, names: Mapping[str, str]) -> Any:
    if not isinstance(values, Mapping):
        return values
    return {names.get(key, key): _renamed(value, names) if key in names else value for key, value in values.items()}
