"""The search space of a study: ranges declared by a recipe's parts, and ranges given by the caller."""

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
"""Maps settings to the values to try."""


def search_space(recipe: Recipe, asked: Mapping[str, Searched | None]) -> Space:
    """Returns the search space: the ranges declared by the recipe's parts, unless the caller gives others.

    Args:
        recipe: recipe whose settings are searched.
        asked: maps a setting, by its path or its last part, to a range or choices that replace the declared ones. None
            keeps the recipe's own value.

    Raises:
        InputError: if a setting does not exist, cannot have the given values, or nothing is left to search.
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
    """Returns the recipe's own values of the searched settings, except those outside the search space.

    Args:
        recipe: recipe with all settings that its data decides filled in.
        space: search space of this recipe, or of the recipe before filling in.
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
    """Converts numbers to the setting's type and checks that each value is valid."""
    known = [fields[path] for path in paths if path in fields]
    if known and known[0].is_number:
        searched = _numbers(name, searched, known[0].is_whole)
    elif isinstance(searched, SearchRange):
        raise InputError(f"{name} does not take numbers, but {searched} is a range: write choices, such as A,B,C.")
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
        raise InputError(f"{name} takes {'whole ' if whole else ''}numbers, but {searched} has others.") from error


def _whole(value: Any) -> int:
    number = float(value)
    if number != int(number):
        raise ValueError(f"{value} is not whole")
    return int(number)
