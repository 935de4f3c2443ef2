"""The families of models, by name: what a recipe's `model` may be, and what builds, trains, opens and exports it.

A subpackage with a `family.py` registers its families there; see `tfrec_dl.families.family.Family`.
"""

from typing import Any

from tfrec_dl.registry import Registry

FAMILIES: Registry[Any] = Registry("family of models", "tfrec_dl", module="family")

OLDEST = "retrieval"  # the family of configurations that name none, as in early runs

_added: dict[str, Any] = {}


def family_named(config: Any) -> Any:
    """Returns the family of a model's configuration, or of its plain values.

    Raises:
        InputError: if it names no family.
    """
    name = config.get("name", OLDEST) if isinstance(config, dict) else config.name
    return FAMILIES[name]()


def known_recipes() -> dict[str, Any]:
    """Returns name -> recipe, for the recipes of all registered families and those added.

    It is computed anew each time, because a plugin may have added parts. Stand-alone networks come first, then what is
    made of them, then other tasks.
    """
    families = FAMILIES.classes()
    tasks = {family.task.name for family in families if family.is_network}
    families.sort(key=lambda family: (family.task.name not in tasks, not family.is_network))
    recipes = (recipe for family in families for recipe in family().recipes())
    return {recipe.name: recipe for recipe in recipes} | _added


def add_recipe(recipe: Any) -> None:
    """Registers a recipe under its name."""
    _added[recipe.name] = recipe
