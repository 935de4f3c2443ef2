"""The ranking recipes as `tfrec-dl models` lists them."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tfrec_dl.recipes.recipe import Recipe

# What has no choice, or is in the recipe's name.
HIDDEN = ("model.name", "model.ranker.name", "model.conversion.name", "model.rating.name")
CONTENT = "model.content."
PARTS = ("model.", "training.")


def ranking_models(recipes: Sequence["Recipe"]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Heading, source and settings: of every ranking recipe what is its own, at last what all have in common."""
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
    """Settings of what reads features that are not those of retrieval."""
    from tfrec_dl.recipes.named import get_recipe
    from tfrec_dl.runs.run_config import flat_settings

    usual = flat_settings(get_recipe("gru").to_dict())
    changed = {name: value for name, value in settings.items() if name.startswith(CONTENT) and usual.get(name) != value}
    return {name.removesuffix(".name"): value for name, value in changed.items()}
