"""What a recipe takes by default where the items of a table have features."""

from typing import Any

from tfrec_dl.recipes.recipe import Recipe


def settings_for_features(recipe: Recipe, items: object | None) -> dict[str, Any]:
    """The settings that a recipe takes by itself: hybrid where it can read features of items and there are some.

    Args:
        recipe: what is to be trained.
        items: the features, or their table; None where there are none.
    """
    reads = items is not None and recipe.family.reads_item_features(recipe)
    return {"kind": "hybrid"} if reads else {}
