"""Recipes: name -> configuration.

The names are imported when they are asked for.
"""

from .families import FAMILIES as FAMILIES
from .named import RECIPES as RECIPES
from .named import get_recipe as get_recipe
from .named import recipes_of as recipes_of
from .named import register_recipe as register_recipe
from .recipe import Recipe as Recipe
from .search_space import SearchChoices as SearchChoices
from .search_space import SearchRange as SearchRange
