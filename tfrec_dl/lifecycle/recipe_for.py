"""The recipe that a call names, as it comes for the data of the call."""

from tfrec_dl.data.dataset import Source
from tfrec_dl.families.item_features import settings_for_features
from tfrec_dl.recipes.named import recipe_given
from tfrec_dl.recipes.recipe import Recipe


def recipe_for(recipe: Recipe | str, source: Source) -> Recipe:
    """The recipe itself, or that of a name: hybrid where the source has features of items that it can read.

    Raises:
        InputError: if no recipe has the name, or it is something else.
    """
    found = recipe_given(recipe)
    return found if found is recipe else found.with_settings(settings_for_features(found, source.items))
