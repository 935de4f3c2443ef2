"""The recipes of rating prediction by name, each with its source and its defaults."""

from pydantic.dataclasses import dataclass

from tfrec_dl.errors import InputError
from tfrec_dl.names import closest
from tfrec_dl.recipes.recipe import Configured
from tfrec_dl.recipes.strict import STRICT
from tfrec_dl.reviews.deep_conn import DeepCoNN
from tfrec_dl.reviews.fit import RatingTraining


@dataclass(frozen=True, config=STRICT)
class ReviewRecipe(Configured):
    """A named model that predicts ratings from reviews.

    Attributes:
        name: as given to `train` and `compare`.
        source: the paper.
        model: the network.
        training: how it is trained.
    """

    name: str
    source: str
    model: DeepCoNN
    training: RatingTraining = RatingTraining()


REVIEW_RECIPES: dict[str, ReviewRecipe] = {
    recipe.name: recipe for recipe in (ReviewRecipe("deep_conn", "Zheng et al., WSDM 2017", DeepCoNN()),)
}


def get_review_recipe(name: str) -> ReviewRecipe:
    """The recipe of that name.

    Raises:
        InputError: if there is none; names the nearest.
    """
    if name not in REVIEW_RECIPES:
        raise InputError(f"no recipe of rating prediction is called {name!r}: {closest(name, REVIEW_RECIPES)}")
    return REVIEW_RECIPES[name]
