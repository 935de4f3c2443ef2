"""Recipes: name -> configuration -> model."""

from tfrec_dl.recipes.build import FULL_SOFTMAX_LIMIT, build_model, choose_loss, model_class
from tfrec_dl.recipes.build_game import build_game, discriminator_recipe, generator_recipe
from tfrec_dl.recipes.build_ranking import RankingData, build_ranking_model
from tfrec_dl.recipes.configuration import (
    AutoencoderConfig,
    CFGANConfig,
    DeepMember,
    FloorName,
    IRGANConfig,
    ModelConfig,
    StackedConfig,
    TrainingConfig,
    check_kind,
)
from tfrec_dl.recipes.named import RECIPES, get_recipe
from tfrec_dl.recipes.named_rankers import RANKING_RECIPES, get_ranking_recipe
from tfrec_dl.recipes.ranking_configuration import RankingConfig, RankingTraining
from tfrec_dl.recipes.recipe import RankingRecipe, Recipe

__all__ = [
    "FULL_SOFTMAX_LIMIT",
    "RANKING_RECIPES",
    "RECIPES",
    "AutoencoderConfig",
    "CFGANConfig",
    "DeepMember",
    "FloorName",
    "IRGANConfig",
    "ModelConfig",
    "RankingConfig",
    "RankingData",
    "RankingRecipe",
    "RankingTraining",
    "Recipe",
    "StackedConfig",
    "TrainingConfig",
    "build_game",
    "build_model",
    "build_ranking_model",
    "check_kind",
    "choose_loss",
    "discriminator_recipe",
    "generator_recipe",
    "get_ranking_recipe",
    "get_recipe",
    "model_class",
]
