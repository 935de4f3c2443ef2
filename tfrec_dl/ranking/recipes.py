"""The recipes of rankers: one for each registered ranker."""

import functools
from collections.abc import Iterator

from tfrec_dl.ranking.configuration import RankingConfig
from tfrec_dl.ranking.rankers.ranker import RANKERS, Ranker
from tfrec_dl.recipes.recipe import Recipe


def ranking_recipes() -> Iterator[Recipe]:
    """Yields the recipe of every registered ranker, with its name, source and specific settings."""
    return map(_recipe, RANKERS.classes())


@functools.cache  # looking up one recipe by name also requests all others
def _recipe(ranker: type[Ranker]) -> Recipe:
    return Recipe(ranker.name, ranker.source, RankingConfig(ranker())).with_settings(ranker.recipe_settings())
