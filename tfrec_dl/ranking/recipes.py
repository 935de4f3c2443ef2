"""The recipes of rankers: one for each registered ranker."""

from collections.abc import Iterator

from tfrec_dl.ranking.configuration import RankingConfig
from tfrec_dl.ranking.rankers.ranker import RANKERS
from tfrec_dl.recipes.recipe import Recipe


def ranking_recipes() -> Iterator[Recipe]:
    """The recipe of every ranker that is registered by now, with the ranker's name, source and own settings."""
    for ranker in RANKERS.classes():
        yield Recipe(ranker.name, ranker.source, RankingConfig(ranker())).with_settings(ranker.recipe_settings())
