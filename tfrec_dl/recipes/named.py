"""The recipes by name, each with its source and its defaults: those of every family, and those that are added."""

from collections.abc import Iterator, Mapping

from tfrec_dl.arguments import require_type
from tfrec_dl.errors import InputError
from tfrec_dl.names import closest
from tfrec_dl.recipes.families import add_recipe, known_recipes
from tfrec_dl.recipes.recipe import Recipe


class _Recipes(Mapping[str, Recipe]):
    """The recipes that are known at the moment."""

    def __getitem__(self, name: str) -> Recipe:
        """The recipe of that name."""
        recipe: Recipe = known_recipes()[name]
        return recipe

    def __iter__(self) -> Iterator[str]:
        """The names."""
        return iter(known_recipes())

    def __repr__(self) -> str:
        """The names."""
        return f"RECIPES({', '.join(self)})"

    def __len__(self) -> int:
        """The number of recipes."""
        return len(known_recipes())


RECIPES: Mapping[str, Recipe] = _Recipes()
"""Name -> recipe."""


def register_recipe(recipe: Recipe) -> Recipe:
    """Makes a recipe available by its name, wherever ours are.

    Raises:
        InputError: if another recipe has the name.
    """
    if recipe.name in RECIPES and RECIPES[recipe.name] != recipe:
        raise InputError(f"there is another recipe called {recipe.name!r}: choose another name.")
    add_recipe(recipe)
    return recipe


def get_recipe(name: str, recipes: Mapping[str, Recipe] = RECIPES) -> Recipe:
    """The recipe of that name.

    Args:
        name: of the recipe.
        recipes: to choose from, by name; by default all.

    Raises:
        InputError: if there is none; names the nearest.
    """
    require_type(name, str, "name", "give the name of a recipe, such as 'gru'")
    if name == "auto" and name not in recipes:
        raise InputError("'auto' is no recipe: in Python take tfrec_dl.advise(\"clicks.csv\").advised[0].recipe.")
    if name not in recipes:
        raise InputError(f"no recipe is called {name!r}: {closest(name, recipes)}")
    return recipes[name]


def recipe_given(recipe: Recipe | str) -> Recipe:
    """The recipe itself, or that of a name.

    Raises:
        InputError: if no recipe has the name, or it is something else.
    """
    if isinstance(recipe, str):
        return get_recipe(recipe)
    require_type(recipe, Recipe, "the recipe", "give a name, such as 'gru', or a tfrec_dl.Recipe")
    return recipe


def recipes_of(task: str) -> dict[str, Recipe]:
    """The recipes of a task by name: "retrieval", "ranking", ...; none where there is no such task."""
    return {name: recipe for name, recipe in RECIPES.items() if recipe.family.task.name == task}
