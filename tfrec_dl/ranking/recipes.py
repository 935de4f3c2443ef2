"""The recipes of rankers: one for each registered ranker."""

import functools
from collections.abc import Iterator

from tfrec_dl.ranking.configuration import RankingConfig
from tfrec_dl.ranking.rankers.ranker import RANKERS, Ranker
from tfrec_dl.recipes.recipe import Recipe


def ranking_recipes() -> Iterator[Recipe]:
    """The recipe of every ranker that is registered by now, with the ranker's name, source and own settings."""
    return map(_recipe, RANKERS.classes())


@functools.cache  # whoever asks for a recipe by its name asks for all of them
def _recipe(ranker: type[Ranker]) -> Recipe:
    return Recipe(ranker.name, ranker.source, RankingConfig(ranker())).with_settings(ranker.recipe_settings())
