"""Recipes of the networks of adversarial training, and the model that trains them."""

from tfrec_dl.adversarial.model import AdversarialModel
from tfrec_dl.errors import InputError
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.model import RetrievalModel


def generator_recipe(recipe: Recipe) -> Recipe:
    """The recipe that the generator is pre-trained by."""
    return Recipe(f"{recipe.name}_start", f"the generator of {recipe.name}", recipe.model.generator, recipe.training)


def discriminator_recipe(recipe: Recipe) -> Recipe | None:
    """The recipe that the discriminator is pre-trained by; None where it starts as the generator, or untrained."""
    network = recipe.model.separate_discriminator()
    if network is None:
        return None
    return Recipe(f"{recipe.name}_discriminator", f"the discriminator of {recipe.name}", network, recipe.training)


def build_adversarial(
    recipe: Recipe, generator: RetrievalModel, discriminator: RetrievalModel | None = None
) -> AdversarialModel:
    """Builds the model that trains a generator against a discriminator, not compiled.

    Args:
        recipe: of adversarial training.
        generator: pre-trained, as `generator_recipe` has it; it is trained on.
        discriminator: pre-trained, where the recipe's is a network that recommends; another model than the generator.

    Raises:
        InputError: if the recipe is of something else, or a discriminator is missing.
    """
    if not recipe.family.is_adversarial:
        raise InputError(f"{recipe.name!r} is no adversarial training of these networks: give it to `train`.")
    model: AdversarialModel = recipe.family.build(recipe, generator, discriminator)
    return model
