"""The ranking recipes by name, each with its source and its defaults."""

from tfrec_dl.errors import InputError
from tfrec_dl.names import closest
from tfrec_dl.ranking.configuration import RankingConfig
from tfrec_dl.ranking.rankers import DCN, DIN, ConvNCF, DeepFM, WideAndDeep
from tfrec_dl.recipes.recipe import RankingRecipe

RANKING_RECIPES: dict[str, RankingRecipe] = {
    recipe.name: recipe
    for recipe in (
        RankingRecipe("conv_ncf", "He et al., IJCAI 2018", RankingConfig(ConvNCF(), dimension=32)),
        RankingRecipe("wide_and_deep", "Cheng et al., DLRS 2016", RankingConfig(WideAndDeep())),
        RankingRecipe("dcn", "Wang et al., WWW 2021", RankingConfig(DCN())),
        RankingRecipe("deep_fm", "Guo et al., IJCAI 2017", RankingConfig(DeepFM())),
        RankingRecipe("din", "Zhou et al., KDD 2018", RankingConfig(DIN())),
    )
}


def get_ranking_recipe(name: str) -> RankingRecipe:
    """The ranking recipe of that name.

    Raises:
        InputError: if there is none; names the nearest.
    """
    if name not in RANKING_RECIPES:
        raise InputError(f"no ranking recipe is called {name!r}: {closest(name, RANKING_RECIPES)}")
    return RANKING_RECIPES[name]
