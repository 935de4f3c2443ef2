"""Descriptions of settings, taken from the docstrings of their classes."""

import inspect
from collections.abc import Mapping
from functools import cache
from typing import Any

from docstring_parser import DocstringStyle, parse

from tfrec_dl.recipes.recipe import Recipe


def description(recipe: Recipe, path: str) -> str:
    """Returns the description of a setting of a recipe: one or a few sentences.

    Args:
        recipe: recipe that has the setting.
        path: path of the setting, such as "model.body.units".

    Returns:
        The text on the attribute in the docstring of its class; "" if there is none.
    """
    *folders, name = path.split(".")
    holder: Any = recipe
    for folder in folders:
        holder = holder[folder] if isinstance(holder, Mapping) else getattr(holder, folder)
    holding: Any = type(holder)
    return _attributes(holding).get(name, "")


@cache
def _attributes(cls: type) -> dict[str, str]:
    """Returns attribute -> its text, including those documented in base classes."""
    texts: dict[str, str] = {}
    for each in reversed(cls.__mro__):
        documented = parse(inspect.cleandoc(each.__doc__ or ""), style=DocstringStyle.GOOGLE).params
        texts |= {param.arg_name: " ".join((param.description or "").split()) for param in documented}
    return texts
