"""The ranking recipes by name: one for each registered ranker."""

from collections.abc import Iterator, Mapping

from tfrec_dl.errors import InputError
from tfrec_dl.names import closest
from tfrec_dl.ranking.configuration import RankingConfig
from tfrec_dl.ranking.rankers.ranker import RANKERS
from tfrec_dl.recipes.recipe import RankingRecipe


class RankingRecipes(Mapping[str, RankingRecipe]):
    """The recipe of every ranker that is registered by now, with the ranker's name, source and own settings."""

    def __getitem__(self, name: str) -> RankingRecipe:
        """The recipe of that name.

        Raises:
            KeyError: if no ranker is called so.
        """
        if name not in RANKERS:
            raise KeyError(name)
        ranker = RANKERS[name]
        recipe = RankingRecipe(name, ranker.source, RankingConfig(ranker()))
        return recipe.with_settings(ranker.recipe_settings())

    def __contains__(self, name: object) -> bool:
        """Whether a ranker is called so."""
        return name in RANKERS

    def __iter__(self) -> Iterator[str]:
        """The names, ours first."""
        return iter(RANKERS)

    def __len__(self) -> int:
        """The number of rankers."""
        return len(RANKERS)


RANKING_RECIPES = RankingRecipes()


def get_ranking_recipe(name: str) -> RankingRecipe:
    """The ranking recipe of that name.

    Raises:
        InputError: if there is none; names the nearest.
    """
    if name not in RANKING_RECIPES:
        raise InputError(f"no ranking recipe is called {name!r}: {closest(name, RANKING_RECIPES)}")
    return RANKING_RECIPES[name]
