"""Settings of earlier versions: old names are read, from files and in `--set`; files may hold some that are gone."""

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
GONE = {"stacked": {"blender": ("best", "sampled")}}
"""Family of models -> {setting of several: those of them that there are no longer}."""


def with_new_names(recipe: Any) -> Any:
    """The plain values of a recipe, with settings of its model under the names that they have now, without those gone.

    What is no mapping is given back as it is: it is no recipe, and whoever reads it says so.
    """
    if not isinstance(recipe, Mapping):
        return recipe
    model = recipe.get("model")
    if not isinstance(model, Mapping):
        return dict(recipe)
    family = str(model.get("name"))
    return {**recipe, "model": _without(_renamed(model, RENAMED.get(family, {})), GONE.get(family, {}))}


def new_path(family: str, path: str) -> str:
    """A setting's path, or the last parts of it, in the names that settings of this family have now."""
    names = RENAMED.get(family, {})
    return ".".join(names.get(part, part) for part in path.split("."))


def _renamed(values: Any, names: Mapping[str, str]) -> Any:
    if not isinstance(values, Mapping):
        return values
    return {names.get(key, key): _renamed(value, names) if key in names else value for key, value in values.items()}


def _without(values: Mapping[str, Any], gone: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    return {
        key: {name: value for name, value in part.items() if name not in gone.get(key, ())}
        if isinstance(part, Mapping)
        else part
        for key, part in values.items()
    }
