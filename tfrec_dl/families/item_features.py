"""Default settings of a recipe if the items of a table have features."""

from typing import Any

from tfrec_dl.recipes.recipe import Recipe


def settings_for_features(recipe: Recipe, items: object | None) -> dict[str, Any]:
    """Returns default settings for features: hybrid, if the recipe can read item features and there are any.

    Args:
        recipe: recipe to be trained.
        items: the features, or their table; None if there are none.
    """
    reads = items is not None and recipe.family.reads_item_features(recipe)
    return {"kind": "hybrid"} if reads else {}
