"""The recipes by name: those of every family, and those added."""

from collections.abc import Iterator, Mapping

from tfrec_dl.arguments import require_type
from tfrec_dl.errors import InputError
from tfrec_dl.names import closest
from tfrec_dl.recipes.families import add_recipe, known_recipes
from tfrec_dl.recipes.recipe import Recipe


class _Recipes(Mapping[str, Recipe]):
    """Mapping of the recipes known at the moment."""

    def __getitem__(self, name: str) -> Recipe:
        """Returns the recipe of that name."""
        recipe: Recipe = known_recipes()[name]
        return recipe

    def __iter__(self) -> Iterator[str]:
        """Iterates over the names."""
        return iter(known_recipes())

    def __repr__(self) -> str:
        """Shows the names."""
        return f"RECIPES({', '.join(self)})"

    def __len__(self) -> int:
        """Returns the number of recipes."""
        return len(known_recipes())


RECIPES: Mapping[str, Recipe] = _Recipes()
"""All known recipes, by name."""


def register_recipe(recipe: Recipe) -> Recipe:
    """Makes a recipe available by its name, like the built-in ones.

    Raises:
        InputError: if another recipe has the name.
    """
    if recipe.name in RECIPES and RECIPES[recipe.name] != recipe:
        raise InputError(f"there is another recipe called {recipe.name!r}: choose another name.")
    add_recipe(recipe)
    return recipe


def get_recipe(name: str, recipes: Mapping[str, Recipe] = RECIPES) -> Recipe:
    """Returns the recipe of that name.

    Args:
        name: name of the recipe.
        recipes: recipes to choose from, by name; all by default.

    Raises:
        InputError: if there is none; the message names the nearest.
    """
    require_type(name, str, "name", "give the name of a recipe, such as 'gru'")
    if name == "auto" and name not in recipes:
        raise InputError("'auto' is not a recipe: in Python use tfrec_dl.advise(\"clicks.csv\").advised[0].recipe.")
    if name not in recipes:
        raise InputError(f"no recipe is called {name!r}: {closest(name, recipes)}")
    return recipes[name]


def recipe_given(recipe: Recipe | str) -> Recipe:
    """Returns a recipe unchanged, or the recipe of a name.

    Raises:
        InputError: if no recipe has the name, or the value is something else.
    """
    if isinstance(recipe, str):
        return get_recipe(recipe)
    require_type(recipe, Recipe, "the recipe", "give a name, such as 'gru', or a tfrec_dl.Recipe")
    return recipe


def recipes_of(task: str) -> dict[str, Recipe]:
    """Returns the recipes of a task ("retrieval", "ranking", ...) by name; empty if there is no such task."""
    return {name: recipe for name, recipe in RECIPES.items() if recipe.family.task.name == task}
