"""The settings that a study searches: what a recipe's parts declare, and what is asked for."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tfrec_dl.arguments import require_type
from tfrec_dl.errors import InputError
from tfrec_dl.recipes.recipe import Recipe
from tfrec_dl.recipes.search_space import (
    SearchableField,
    SearchChoices,
    Searched,
    SearchRange,
    declared_space,
    searchable_fields,
)
from tfrec_dl.recipes.settings import setting_paths
from tfrec_dl.runs.run_config import flat_settings

Space = Mapping[str, Searched]
"""Setting -> what is tried for it."""


def search_space(recipe: Recipe, asked: Mapping[str, Searched | None]) -> Space:
    """What is searched: what the parts of a recipe declare, unless something else is asked for.

    Args:
        recipe: whose settings they are.
        asked: setting, by its path or its last part, -> range or choices, in place of those that are declared; None
            leaves the setting as the recipe has it.

    Raises:
        InputError: for a setting that does not exist, or values that it cannot have; or if nothing is left to search.
    """
    space: dict[str, Searched] = dict(declared_space(recipe))
    values = recipe.to_dict()
    for name, searched in asked.items():
        paths = setting_paths(values, name)
        for path in paths:
            space.pop(path, None)
        if searched is not None:
            require_type(
                searched,
                (SearchRange, SearchChoices),
                f"what is tried for {name}",
                "give a SearchRange(low, high) or SearchChoices((a, b)) of tfrec_dl.recipes, or None",
            )
            space[paths[0] if len(paths) == 1 else name] = searched
    if not space:
        raise InputError(f"{recipe.name!r} has no setting left to search: name one, for example dropout=0.1:0.5.")
    fields = searchable_fields(recipe)
    paths_of = {name: setting_paths(values, name) for name in space}
    return {name: _fitted(recipe, name, searched, fields, paths_of[name]) for name, searched in space.items()}


def values_of(recipe: Recipe, space: Space) -> dict[str, Any]:
    """The values that a recipe has of the settings that are searched; without those that are not among what is tried.

    Args:
        recipe: filled in as far as its data decide.
        space: of it, or of the same recipe before that.
    """
    plain = recipe.to_dict()
    flat = flat_settings(plain)
    found: dict[str, Any] = {}
    for name, searched in space.items():
        if isinstance(searched, SearchChoices):
            same = [value for value in searched.values if recipe.with_settings({name: value}) == recipe]
            found |= {name: same[0]} if same else {}
            continue
        values = {flat.get(path) for path in setting_paths(plain, name)}
        value = values.pop()
        if not values and value is not None and searched.low <= value <= searched.high:
            found[name] = value
    return found


def _fitted(
    recipe: Recipe, name: str, searched: Searched, fields: Mapping[str, SearchableField], paths: list[str]
) -> Searched:
    """With numbers of the kind that the setting takes; each value is one that it can have."""
    known = [fields[path] for path in paths if path in fields]
    if known and known[0].is_number:
        searched = _numbers(name, searched, known[0].is_whole)
    elif isinstance(searched, SearchRange):
        raise InputError(f"{name} takes no numbers, and {searched} is a range: write choices, as A,B,C.")
    for value in searched.ends:
        recipe.with_settings({name: value})
    return searched


def _numbers(name: str, searched: Searched, whole: bool) -> Searched:
    kind: Any = _whole if whole else float
    try:
        if isinstance(searched, SearchRange):
            return replace(searched, low=kind(searched.low), high=kind(searched.high))
        return SearchChoices(tuple(kind(value) for value in searched.values))
    except ValueError as error:
        raise InputError(f"{name} takes {'whole ' if whole else ''}numbers, and {searched} has others.") from error


def _whole(value: Any) -> int:
    number = float(value)
    if number != int(number):
        raise ValueError(f"{value} is not whole")
    return int(number)
