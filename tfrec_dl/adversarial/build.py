"""Recipes of the networks in adversarial training, and construction of the model that trains them."""

from tfrec_dl.adversarial.model import AdversarialModel
from tfrec_dl.errors import InputError
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.model import RetrievalModel


def generator_recipe(recipe: Recipe) -> Recipe:
    """Returns the recipe for pre-training the generator."""
    return Recipe(f"{recipe.name}_start", f"the generator of {recipe.name}", recipe.model.generator, recipe.training)


def discriminator_recipe(recipe: Recipe) -> Recipe | None:
    """Returns the recipe for pre-training the discriminator; None if it starts as the generator, or untrained."""
    network = recipe.model.separate_discriminator()
    if network is None:
        return None
    return Recipe(f"{recipe.name}_discriminator", f"the discriminator of {recipe.name}", network, recipe.training)


def build_adversarial(
    recipe: Recipe, generator: RetrievalModel, discriminator: RetrievalModel | None = None
) -> AdversarialModel:
    """Builds the model that trains a generator against a discriminator, without compiling it.

    Args:
        recipe: recipe of adversarial training.
        generator: generator pre-trained by `generator_recipe`; its training continues here.
        discriminator: pre-trained discriminator, if the recipe's is a recommender; must be a different model object.

    Raises:
        InputError: if the recipe is of another kind, or a discriminator is missing.
    """
    if not recipe.family.is_adversarial:
        raise InputError(f"{recipe.name!r} does not train these networks adversarially: give it to `train`.")
    model: AdversarialModel = recipe.family.build(recipe, generator, discriminator)
    return model
