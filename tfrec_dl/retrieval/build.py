"""Builds a retrieval model from a recipe and the items."""

from typing import Any

from tfrec_dl.arguments import require_type
from tfrec_dl.data.catalogue.catalogue import Catalogue
from tfrec_dl.data.vocabulary import Vocabulary
from tfrec_dl.errors import InputError
from tfrec_dl.layers.global_policy import require_float32
from tfrec_dl.recipes.named import recipe_given
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.fitted_features import FittedTowers


def build_model(
    recipe: Recipe | str,
    vocabulary: Vocabulary,
    items: Catalogue | None = None,
    users: Catalogue | None = None,
    fitted: FittedTowers | None = None,
) -> Any:
    """Builds the model of a one-network recipe for a catalogue, uncompiled.

    Args:
        recipe: recipe or its name; an open loss is chosen by the size of the catalogue.
        vocabulary: the items, with their training counts.
        items: the items' features; None if the model represents items by their ids.
        users: the users' features, if any.
        fitted: what a run has learned of the features; None learns it here.

    Returns:
        A `RetrievalModel`.

    Raises:
        InputError: if there is no such recipe, `vocabulary` is not a vocabulary, the recipe and the features do not fit
            together, the recipe has several networks, or ranks, or Keras's global policy is not float32.
    """
    require_float32()
    recipe = recipe_given(recipe)
    if not recipe.family.is_network:
        raise InputError(f"{recipe.name!r} is made of several networks, or ranks: pass it to `train`.")
    require_type(vocabulary, Vocabulary, "vocabulary", "give that of a split, split.vocabulary")
    return recipe.family.build(recipe, vocabulary, items, users, fitted or FittedTowers())
