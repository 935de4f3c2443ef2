"""From the recipe of a game and its pre-trained networks to the model that plays it."""

from tfrec_dl.adversarial.cfgan import CFGAN
from tfrec_dl.adversarial.configuration import CFGANConfig, IRGANConfig
from tfrec_dl.adversarial.irgan import IRGAN
from tfrec_dl.adversarial.model import AdversarialModel
from tfrec_dl.errors import InputError
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.retrieval.autoencoder.model import AutoencoderModel
from tfrec_dl.retrieval.model import RetrievalModel


def generator_recipe(recipe: Recipe) -> Recipe:
    """The recipe of a game's generator alone, as it is pre-trained; any other recipe as it is."""
    if not isinstance(recipe.model, IRGANConfig | CFGANConfig):
        return recipe
    return Recipe(f"{recipe.name}_start", f"the generator of {recipe.name}", recipe.model.generator, recipe.training)


def discriminator_recipe(recipe: Recipe) -> Recipe | None:
    """The recipe that a game's discriminator is pre-trained by; None where it starts as the generator, or untrained."""
    if not isinstance(recipe.model, IRGANConfig) or recipe.model.discriminator == recipe.model.generator:
        return None
    source = f"the discriminator of {recipe.name}"
    return Recipe(f"{recipe.name}_discriminator", source, recipe.model.discriminator, recipe.training)


def build_adversarial(
    recipe: Recipe, generator: RetrievalModel, discriminator: RetrievalModel | None = None
) -> AdversarialModel:
    """Builds a game, not compiled.

    Args:
        recipe: of the game.
        generator: pre-trained, as `generator_recipe` says; the game trains it on.
        discriminator: pre-trained, for `irgan`; another model than the generator.

    Raises:
        InputError: if the recipe is no game, or a discriminator is missing.
    """
    config, seed = recipe.model, recipe.training.seed
    if isinstance(config, CFGANConfig) and isinstance(generator, AutoencoderModel):
        return CFGAN(generator, config.adversarial_training, seed)
    if isinstance(config, IRGANConfig) and discriminator is not None:
        return IRGAN(generator, discriminator, config.adversarial_training, seed)
    raise InputError(f"{recipe.name!r} is no adversarial recipe of these networks: give it to `train`.")
