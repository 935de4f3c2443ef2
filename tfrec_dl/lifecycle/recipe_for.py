"""Lookup of the recipe that a call names, adapted to the call's data."""

from tfrec_dl.data.dataset import Source
from tfrec_dl.families.item_features import settings_for_features
from tfrec_dl.recipes.named import recipe_given
from tfrec_dl.recipes.recipe import Recipe


def recipe_for(recipe: Recipe | str, source: Source) -> Recipe:
    """Returns the given recipe, or the named one: as a hybrid if the source has item features that it can read.

    Raises:
        InputError: if no recipe has this name, or the argument is something else.
    """
    found = recipe_given(recipe)
    return found if found is recipe else found.with_settings(settings_for_features(found, source.items))
