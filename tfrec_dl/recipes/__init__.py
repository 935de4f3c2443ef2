"""Recipes: name -> configuration -> model."""

from tfrec_dl.recipes.build import FULL_SOFTMAX_LIMIT, build_model, choose_loss
from tfrec_dl.recipes.configuration import (
    DeepMember,
    FloorName,
    ModelConfig,
    StackedConfig,
    TrainingConfig,
    check_kind,
)
from tfrec_dl.recipes.named import RECIPES, get_recipe
from tfrec_dl.recipes.recipe import Recipe

__all__ = [
    "FULL_SOFTMAX_LIMIT",
    "RECIPES",
    "DeepMember",
    "FloorName",
    "ModelConfig",
    "Recipe",
    "StackedConfig",
    "TrainingConfig",
    "build_model",
    "check_kind",
    "choose_loss",
    "get_recipe",
]
