"""Listing of ranking recipes for `tfrec-dl models`."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tfrec_dl.recipes.recipe import Recipe

# Settings that have only one choice, or that the recipe's name implies.
HIDDEN = ("model.name", "model.ranker.name", "model.conversion.name", "model.rating.name")
CONTENT = "model.content."
PARTS = ("model.", "training.")


def ranking_models(recipes: Sequence["Recipe"]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yields heading, source and settings: for each ranking recipe its own settings, then the shared ones."""
    from tfrec_dl.runs.run_config import flat_settings

    found = {recipe.name: flat_settings(recipe.to_dict()) for recipe in recipes}
    first, *others = found.values()
    first = {name: value for name, value in first.items() if name.startswith(PARTS)}
    common = {name for name, value in first.items() if all(each.get(name, value) == value for each in others)}
    common &= {name for name in first if all(name in each for each in others)}
    for recipe in recipes:
        settings = found[recipe.name]
        own = {
            name: value
            for name, value in settings.items()
            if name.startswith(PARTS) and name not in common and name not in HIDDEN
        }
        yield recipe.name, recipe.source, own
    shared = {
        name.removesuffix(".name"): value
        for name, value in first.items()
        if name in common and name not in HIDDEN and not name.startswith(CONTENT)
    }
    readers = ", ".join(f"{name.removeprefix(CONTENT)} {value}" for name, value in _readers(first).items())
    yield "every ranking recipe", f"reads features with the settings of model.content above, but {readers}", shared


def _readers(settings: dict[str, Any]) -> dict[str, Any]:
    """Returns settings of feature readers that differ from those of retrieval."""
    from tfrec_dl.recipes.named import get_recipe
    from tfrec_dl.runs.run_config import flat_settings

    usual = flat_settings(get_recipe("gru").to_dict())
    changed = {name: value for name, value in settings.items() if name.startswith(CONTENT) and usual.get(name) != value}
    return {name.removesuffix(".name"): value for name, value in changed.items()}
